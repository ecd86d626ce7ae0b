import { readFileSync } from 'node:fs';
import { addAllowedMethods } from '../../pipeline/allowed-methods.ts';
import { meetsConditions } from '../../pipeline/conditional.ts';
import { discardBody } from '../../pipeline/discard-body.ts';
import { logRequest } from '../../pipeline/log.ts';
import { internalRedirect } from '../../pipeline/redirect.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { DECLINED, OK, type HookResult, type HttpStatus } from '../../pipeline/status.ts';
import { escapePath } from '../../pipeline/url.ts';
import { fsPath } from '../../source/fs-path.ts';
import { statOf } from '../../source/stat.ts';
import { showSystemError } from '../../source/system-error.ts';
import { limitRequestBody } from '../core/access.ts';
import { plannedText, planRanges } from '../core/ranges.ts';
import type { NegotiationDirConfig } from './config.ts';
import { isTypeMap, negotiate } from './negotiate.ts';
import { readTypeMap, type MapFault } from './type-map.ts';
import type { Variant } from './variant.ts';

/** The variants that a map file names, with the sizes of their files; or the status of a map that is unusable. */
export function readMapOf(req: RequestRecord, path: string): readonly Variant[] | HttpStatus {
  let text: string;
  try {
    text = readFileSync(fsPath(path), 'latin1');
  } catch (error) {
    const cause = showSystemError(error) ?? String(error);
    logRequest(req, 'error', 'negotiation', 'AH00682', `cannot access type map file: ${path}`, cause);
    return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '') ? 404 : 403;
  }
  const complain = ({ number, message }: MapFault): void =>
    logRequest(req, 'error', 'negotiation', number, `${message} in ${path}`);
  const slash = path.lastIndexOf('/') + 1;
  const found = readTypeMap(text, path.slice(slash), complain);
  if ('message' in found) {
    complain(found);
    return 500;
  }
  const directory = path.slice(0, slash);
  return found.map((variant) =>
    variant.length < 0 ? { ...variant, length: statOf(directory + variant.name)?.size ?? -1 } : variant,
  );
}

/**
 * Serves the best variant of a map: what stands in the map itself, or by an internal redirect another file.
 *
 * @source httpd modules/mappers/mod_negotiation.c `handle_map_file`
 */
export function handleMapFile(
  req: RequestRecord,
  dir: NegotiationDirConfig | undefined,
): HookResult | Promise<HookResult> {
  if (!isTypeMap(req)) return DECLINED;
  const variants = readMapOf(req, req.filename ?? '');
  if (typeof variants === 'number') return variants;
  const best = negotiate(req, variants, dir);
  if (typeof best === 'number') return best;
  if (best.body !== undefined) return sendBody(req, best, best.body);
  const { pathInfo } = req;
  if (pathInfo !== '' && req.uri.endsWith(pathInfo)) req.uri = req.uri.slice(0, -pathInfo.length);
  const directory = req.uri.slice(0, req.uri.lastIndexOf('/') + 1);
  const args = req.args === undefined ? '' : `?${req.args}`;
  const redirected = internalRedirect(req, escapePath(directory) + best.name + pathInfo + args);
  return redirected instanceof Promise ? redirected.then(() => OK) : OK;
}

function sendBody(req: RequestRecord, variant: Variant, body: string): HookResult | Promise<HookResult> {
  addAllowedMethods(req, 'GET', 'OPTIONS', 'POST');
  if (!['GET', 'HEAD', 'POST'].includes(req.method)) return 405;
  const { type, charset, languages, encoding } = variant;
  req.headersOut.set('Accept-Ranges', 'bytes');
  if (type !== '') req.contentType = charset === '' ? type : `${type}; charset=${charset}`;
  if (languages.length > 0) req.contentLanguages = [...languages];
  if (encoding !== '') req.contentEncoding = [encoding];
  const verdict = meetsConditions(req);
  if (verdict !== OK) return verdict;
  const discarded = discardBody(req, limitRequestBody(req));
  if (discarded instanceof Promise)
    return discarded.then((result) => (result === OK ? sendRanges(req, body) : result));
  return discarded === OK ? sendRanges(req, body) : discarded;
}

function sendRanges(req: RequestRecord, body: string): HookResult {
  const { headersOut } = req;
  headersOut.set('Content-Length', String(body.length));
  const plan = planRanges(req, body.length);
  if (plan.kind === 'unsatisfiable') return 416;
  if (!req.headerOnly) req.output.write(plannedText(body, plan));
  return OK;
}
