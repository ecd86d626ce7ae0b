import type { GatewayPlan } from '../../pipeline/server.ts';
import { remembering } from '../../source/remembering.ts';
import type { MimeDirConfig } from './config.ts';

/** What the extensions of a file's name say together. */
export interface Described {
  readonly type: string | undefined;
  readonly charset: string | undefined;
  readonly languages: readonly string[];
  readonly encodings: readonly string[];
  readonly handler: string | undefined;
  /** Extensions that say nothing, as they are written; undefined: none says anything. */
  readonly unplaced: readonly string[] | undefined;
}

/**
 * Where the extensions of a file begin in its path, at the dot; leading dots belong to what stands before.
 *
 * @param from where its name begins
 */
export function extensionsStart(path: string, from: number): number {
  let start = from;
  while (path.charCodeAt(start) === 0x2e) start++;
  const dot = path.indexOf('.', start);
  return dot < 0 ? path.length : dot;
}

/** Describes a name by its extensions, each with its dot. */
type Describe = (extensions: string) => Described;

/** By the config that speaks of extensions, or the plan where none does. */
const known = new WeakMap<MimeDirConfig | GatewayPlan, Describe>();

/**
 * What extensions mean in a directory.
 *
 * @param typesOf gives media types by extension in lower case, for those that `dir` says nothing of
 */
export function describing(
  plan: GatewayPlan,
  dir: MimeDirConfig | undefined,
  typesOf: (plan: GatewayPlan) => ReadonlyMap<string, string>,
): Describe {
  const found = known.get(dir ?? plan);
  if (found) return found;
  const types = typesOf(plan);
  const describe = remembering({ most: 100, longest: 64 }, (extensions) => read(extensions, dir, types));
  known.set(dir ?? plan, describe);
  return describe;
}

/** @source httpd modules/http/mod_mime.c `find_ct` */
function read(
  extensions: string,
  dir: MimeDirConfig | undefined,
  types: ReadonlyMap<string, string>,
): Described {
  const match = dir?.multiviewsMatch;
  const languages: string[] = [];
  const encodings: string[] = [];
  const unplaced: string[] = [];
  let type: string | undefined;
  let charset: string | undefined;
  let handler: string | undefined;
  let isPlaced = false;
  for (const written of extensions.split('.')) {
    if (written === '') continue;
    const extension = written.toLowerCase();
    const info = dir?.extensions.get(extension) ?? {};
    // `RemoveType` leaves an empty type.
    const ownType = info.type ?? types.get(extension);
    if (ownType) type = ownType;
    charset = info.charset ?? charset;
    handler = info.handler ?? handler;
    if (info.language !== undefined) languages.push(info.language);
    if (info.encoding !== undefined) encodings.push(info.encoding);
    const isNegotiable =
      Boolean(ownType) ||
      info.charset !== undefined ||
      info.language !== undefined ||
      info.encoding !== undefined ||
      (info.handler !== undefined && match?.handlers === true);
    if (isNegotiable || match?.any) isPlaced = true;
    else unplaced.push(written);
  }
  return { type, charset, languages, encodings, handler, unplaced: isPlaced ? unplaced : undefined };
}
