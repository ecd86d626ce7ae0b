import { logRequest } from '../../pipeline/log.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { DECLINED, OK, type HookResult } from '../../pipeline/status.ts';
import { coreModule } from '../core/index.ts';
import { encodePath, hasForbiddenByte, unescapeKeepingSlashes } from '../mod_proxy/path-encoding.ts';
import { tellProxyError } from '../mod_proxy/proxy-error.ts';
import { bracketed, defaultPort, parseNetLocation, type NetLocation } from '../mod_proxy/url.ts';

/** What canonicalising leaves for the handler. */
export interface FcgiNote {
  /** `proxy-fcgi-pathinfo=full`: the path to look for on disk, decoded; undefined: no look-up. */
  readonly walkPath: string | undefined;
}

export const FCGI_NOTE = 'mod_proxy_fcgi';

/**
 * Gives an `fcgi:` request its final name, and its path information when `proxy-fcgi-pathinfo` asks for it.
 *
 * @param url      after `proxy:`
 * @param mayBeFpm `ProxyFCGIBackendType` is not GENERIC
 * @returns DECLINED for another scheme, or the status of a URL that can't be forwarded
 * @source httpd modules/proxy/mod_proxy_fcgi.c `proxy_fcgi_canon`
 */
export function canonicaliseFcgi(req: RequestRecord, url: string, mayBeFpm: boolean): HookResult {
  if (url.length < 5 || url.slice(0, 5).toLowerCase() !== 'fcgi:') return DECLINED;
  const place = parseNetLocation(url.slice(5));
  if (typeof place === 'string') {
    const name = nameWithPort(url);
    if (name !== undefined) {
      tellProxyError(req, 500, `DNS lookup failure for: ${name}`);
      logRequest(req, 'error', 'proxy', 'AH00898', `DNS lookup failure for: ${name} returned by ${req.uri}`);
      return 500;
    }
    logRequest(req, 'error', 'proxy_fcgi', 'AH01059', `error parsing URL ${url.slice(5)}: ${place}`);
    return 400;
  }
  const origin = fcgiOrigin(place);
  if (isRaw(req)) return forwardRaw(req, origin, `/${place.path}`, mayBeFpm);
  const path = encodePath(place.path, keepsEncodedSlashes(req));
  return path === undefined ? 400 : forward(req, origin, `/${path}`);
}

/** `proxy:fcgi://host:port` of a place, canonical: without the scheme's own port. */
export function fcgiOrigin({ host, port }: NetLocation): string {
  const shownPort = port === 0 || port === defaultPort('fcgi') ? '' : `:${port}`;
  return `proxy:fcgi://${bracketed(host)}${shownPort}`;
}

/**
 * The second half of canonicalising, for a path that stands as it shall be sent.
 *
 * @param path with its slash
 * @returns 403 for a path that may not be sent
 */
export function forwardRaw(req: RequestRecord, origin: string, path: string, mayBeFpm: boolean): HookResult {
  if (!hasForbiddenByte(path, mayBeFpm)) return forward(req, origin, path);
  const what = mayBeFpm ? " or '?'" : '';
  logRequest(
    req,
    'error',
    'proxy_fcgi',
    'AH10414',
    `To be forwarded path contains control characters${what} (${path.slice(1)})`,
  );
  return 403;
}

function forward(req: RequestRecord, origin: string, path: string): HookResult {
  req.filename = origin + path;
  const mode = req.subprocessEnv.get('proxy-fcgi-pathinfo');
  if (mode !== undefined) setPathInfo(req, path, mode.toLowerCase());
  return OK;
}

/**
 * A port that is none makes one name of host and port, which nobody has: so ends a substitution that lacks a slash, as
 * in `ProxyPassMatch ^/app(.*) fcgi://127.0.0.1:9000$1`. undefined: it is something else that is wrong.
 */
function nameWithPort(url: string): string | undefined {
  const authority = /^fcgi:\/\/([^/]*)/i.exec(url)?.[1] ?? '';
  const address = authority.slice(authority.lastIndexOf('@') + 1);
  return /^[^[\]:%]+:.*[^0-9]/s.test(address) ? address.toLowerCase() : undefined;
}

/** `AllowEncodedSlashes NoDecode` of the server; any section that has a core config takes it back, as httpd merges those. */
function keepsEncodedSlashes(req: RequestRecord): boolean {
  const { server } = req;
  const isOwn = coreModule.dir(req) === server.dirDefaults.values[coreModule.slot];
  return isOwn && server.gateway.services.allowEncodedSlashes(server) === 'nodecode';
}

/** The path stands as it shall be sent, and is not encoded again. */
function isRaw(req: RequestRecord): boolean {
  const { notes } = req;
  return notes.has('proxy-sethandler') || notes.has('proxy-nocanon') || notes.has('proxy-noencode');
}

function setPathInfo(req: RequestRecord, path: string, mode: string): void {
  switch (mode) {
    case 'full':
      req.setModuleNote(FCGI_NOTE, { walkPath: unescapeKeepingSlashes(path.slice(1)) } satisfies FcgiNote);
      return;
    case 'first-dot':
      splitAfter(req, path, path.indexOf('.'));
      return;
    case 'last-dot':
      splitAfter(req, path, path.lastIndexOf('.'));
      return;
    case 'unescape':
      req.pathInfo = unescapeKeepingSlashes(path);
      return;
    default:
      req.pathInfo = path;
  }
}

/** Path information from the first slash after a dot on; none without a dot, or without a slash behind it. */
function splitAfter(req: RequestRecord, path: string, dot: number): void {
  const slash = dot < 0 ? -1 : path.indexOf('/', dot);
  if (slash >= 0) req.pathInfo = unescapeKeepingSlashes(path.slice(slash));
}
