import { readFileSync } from 'node:fs';
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

/** Reads a plan's types file. Throws what the file system says. */
export function loadTypes(plan: GatewayPlan, path: string): void {
  typesByPlan.set(plan, parseTypes(readFileSync(fsPath(path), 'latin1')));
}

/** The plan's media types by extension; none when its file was not read. */
export function typesOf(plan: GatewayPlan): ReadonlyMap<string, string> {
  return typesByPlan.get(plan) ?? NO_TYPES;
}
