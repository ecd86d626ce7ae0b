import { readdirSync } from 'node:fs';
import { logRequest } from '../../pipeline/log.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { DECLINED, OK, type HookResult, type HttpStatus } from '../../pipeline/status.ts';
import { fastRedirect, subrequestEntry, subrequestFile } from '../../pipeline/subrequest.ts';
import { fsPath } from '../../source/fs-path.ts';
import { allowOptions } from '../core/access.ts';
import { OPT } from '../core/options.ts';
import { MIME_EXCEPTIONS } from '../mod_mime/index.ts';
import { parseItem } from './accept.ts';
import type { NegotiationDirConfig } from './config.ts';
import { isTypeMap, negotiate } from './negotiate.ts';
import { readMapOf } from './map-file.ts';
import { charsetOf, PROGRAM_TYPE, type Variant } from './variant.ts';

/**
 * Whether the parts of a file's name that say nothing about its content all stand in the name that was asked for, in
 * this order.
 */
function namesAllExceptions(asked: string, exceptions: readonly string[]): boolean {
  let at = 0;
  for (const segment of asked.split('.')) {
    if (segment === exceptions[at]) at++;
  }
  return at === exceptions.length;
}

/** What a file is served as, when its name fits; undefined: it is no variant. */
function lookUp(req: RequestRecord, asked: string, name: string): RequestRecord | undefined {
  const lookedUp = subrequestEntry(req, name, true);
  if (!lookedUp.finfo?.isFile()) return undefined;
  if (lookedUp.handler !== undefined) lookedUp.contentType ??= PROGRAM_TYPE;
  const exceptions = lookedUp.moduleNote<readonly string[]>(MIME_EXCEPTIONS);
  if (!exceptions || !namesAllExceptions(asked, exceptions)) return undefined;
  return lookedUp.status === 200 && lookedUp.contentType !== undefined ? lookedUp : undefined;
}

function variantOf(name: string, lookedUp: RequestRecord): Variant {
  const contentType = lookedUp.contentType ?? '';
  const { name: type, level, quality } = parseItem(contentType);
  return {
    name,
    lookedUp,
    body: undefined,
    description: '',
    type,
    level,
    sourceQuality: quality,
    charset: charsetOf(contentType),
    languages: lookedUp.contentLanguages.map((language) => language.toLowerCase()),
    encoding: lookedUp.contentEncoding.join(', '),
    length: lookedUp.finfo?.size ?? -1,
  };
}

/** The variants among files; a type map among them speaks for all. @source mod_negotiation.c `read_types_multi` */
function findVariants(
  req: RequestRecord,
  asked: string,
  names: readonly string[],
): readonly Variant[] | HttpStatus {
  const variants: Variant[] = [];
  for (const name of names) {
    const lookedUp = lookUp(req, asked, name);
    if (!lookedUp) continue;
    if (isTypeMap(lookedUp)) return readMapOf(req, lookedUp.filename ?? '');
    variants.push(variantOf(name, lookedUp));
  }
  return variants;
}

/** Files beside the one that is missing, whose names go on with a dot. */
function namesBeside(directory: string, asked: string): string[] | undefined {
  try {
    const entries = readdirSync(fsPath(directory), { encoding: 'latin1', withFileTypes: true });
    const names = entries.filter((entry) => !entry.isDirectory() && entry.name.startsWith(`${asked}.`));
    return names.map(({ name }) => name).sort((a, b) => (a < b ? -1 : 1));
  } catch {
    return undefined;
  }
}

/**
 * Serves the best of the files whose names begin as the missing one's.
 *
 * @source httpd modules/mappers/mod_negotiation.c `handle_multi`
 */
export function handleMultiviews(req: RequestRecord, dir: NegotiationDirConfig | undefined): HookResult {
  if (req.finfo !== undefined || req.proxyReq !== 0 || !req.filename?.startsWith('/')) return DECLINED;
  if ((allowOptions(req) & OPT.MultiViews) === 0) return DECLINED;
  const slash = req.filename.lastIndexOf('/');
  const asked = req.filename.slice(slash + 1);
  const names = asked === '' ? [] : namesBeside(req.filename.slice(0, slash + 1), asked);
  if (!names) return 403;
  if (names.length === 0) return DECLINED;

  const variants = findVariants(req, asked, names);
  if (typeof variants === 'number') return variants;
  if (variants.length === 0) {
    const message = `Negotiation: discovered file(s) matching request: ${req.filename} (None could be negotiated).`;
    logRequest(req, 'error', 'negotiation', 'AH00687', message);
    return 404;
  }
  const best = negotiate(req, variants, dir);
  if (typeof best === 'number') return best;
  // A map named it: the path info is not its own.
  const lookedUp = best.lookedUp ?? subrequestFile(req, best.name);
  if (lookedUp.status !== 200) return lookedUp.status;
  lookedUp.args ??= req.args;
  const { pathInfo } = req;
  fastRedirect(req, lookedUp);
  if (best.lookedUp) req.pathInfo = pathInfo;
  return OK;
}
