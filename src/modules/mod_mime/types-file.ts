import { accessSync, constants, readFileSync } from 'node:fs';
import type { GatewayPlan } from '../../pipeline/server.ts';
import { fsPath } from '../../source/fs-path.ts';

const NO_TYPES: ReadonlyMap<string, string> = new Map();
const typesByPlan = new WeakMap<GatewayPlan, ReadonlyMap<string, string>>();

/**
 * Media types by extension in lower case, as the lines of a types file give them; a later line wins.
 *
 * @source httpd modules/http/mod_mime.c `mime_post_config`
 */
export function parseTypes(text: string): ReadonlyMap<string, string> {
  const types = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue;
    const [type, ...extensions] = line.trim().split(/[ \t\r\f\v]+/);
    for (const extension of extensions) types.set(extension.toLowerCase(), type!);
  }
  return types;
}

/** What keeps a types file from being read, as the system says it; undefined: nothing. */
export function typesFileProblem(path: string): string | undefined {
  try {
    accessSync(fsPath(path), constants.R_OK);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

/** The media types of a plan's types file, read once; none when it can't be read. */
export function typesOf(plan: GatewayPlan, path: (plan: GatewayPlan) => string): ReadonlyMap<string, string> {
  let types = typesByPlan.get(plan);
  if (!types) {
    const file = path(plan);
    types =
      typesFileProblem(file) === undefined ? parseTypes(readFileSync(fsPath(file), 'latin1')) : NO_TYPES;
    typesByPlan.set(plan, types);
  }
  return types;
}
