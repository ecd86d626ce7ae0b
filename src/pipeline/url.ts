import type { RequestRecord } from './request.ts';

const SLASH = 0x2f;
const PERCENT = 0x25;

/** Value of one hexadecimal digit's code, or -1. */
function hexValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** The byte that `%XX` at `at` stands for, or -1 when it is malformed. */
function escapedByte(text: string, at: number): number {
  const high = hexValue(text.charCodeAt(at + 1));
  const low = hexValue(text.charCodeAt(at + 2));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/** RFC 3986 unreserved: letters, digits, `-._~`. */
function isUnreserved(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    code === 0x2d ||
    code === 0x2e ||
    code === 0x5f ||
    code === 0x7e
  );
}

export interface NormalizeOptions {
  readonly mergeSlashes: boolean;
  /** Decode `%XX` of unreserved characters, and refuse malformed escapes. */
  readonly decodeUnreserved: boolean;
  /** File subrequests may have a relative path. */
  readonly allowRelative?: boolean;
  /** Drop `;name=value` path parameters (`mapping=servlet`). */
  readonly dropParameters?: boolean;
}

export interface NormalizedPath {
  /** Without `.` and `..` segments; what is malformed stays as it is, and above the root there is nothing. */
  readonly path: string;
  /** False when the path was malformed, or climbed above the root. */
  readonly isValid: boolean;
}

/**
 * The path in its shortest form.
 *
 * @source httpd server/util.c `ap_normalize_path`
 */
export function normalizePath(path: string, options: NormalizeOptions): NormalizedPath {
  if (isPlainPath(path)) return { path, isValid: true };
  if (path.charCodeAt(0) !== SLASH) {
    if (path === '*' || path === '') return { path, isValid: true };
    if (!options.allowRelative) return { path, isValid: false };
  }
  let isValid = true;
  let out = '';
  let at = 0;
  const length = path.length;
  while (at < length) {
    let code = path.charCodeAt(at);
    let width = 1;
    if (code === PERCENT && options.decodeUnreserved) {
      const byte = escapedByte(path, at);
      if (byte < 0) isValid = false;
      else if (isUnreserved(byte)) {
        code = byte;
        width = 3;
      }
    }
    if (options.dropParameters && code === 0x3b) {
      while (at < length && path.charCodeAt(at) !== SLASH) at++;
      continue;
    }
    const atSegmentStart = out === '' || out.charCodeAt(out.length - 1) === SLASH;
    if (atSegmentStart) {
      if (code === SLASH && options.mergeSlashes && out !== '') {
        at++;
        continue;
      }
      if (code === 0x2e) {
        const dots = dotSegment(path, at, options);
        if (dots.kind === 'current') {
          at = dots.next;
          continue;
        }
        if (dots.kind === 'parent') {
          if (out === '' || out === '/') isValid = false;
          else out = out.slice(0, out.lastIndexOf('/', out.length - 2) + 1);
          at = dots.next;
          continue;
        }
      }
    }
    out += String.fromCharCode(code);
    at += width;
  }
  return { path: out, isValid };
}

/** Nothing in it that normalising or decoding could change: the usual case, decided without building anything. */
export function isPlainPath(path: string): boolean {
  if (path.charCodeAt(0) !== SLASH) return false;
  let previous = 0;
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i);
    if (code === PERCENT || code === 0x3b) return false;
    if (previous === SLASH && (code === SLASH || code === 0x2e)) return false;
    previous = code;
  }
  return true;
}

type DotSegment = { readonly kind: 'current' | 'parent' | 'none'; readonly next: number };

/** Whether a `.` or `..` segment starts at `at` (dots may be written `%2e`), and where the next segment starts. */
function dotSegment(path: string, at: number, options: NormalizeOptions): DotSegment {
  let dots = 0;
  let next = at;
  for (;;) {
    const code = path.charCodeAt(next);
    if (code === 0x2e) next += 1;
    else if (code === PERCENT && options.decodeUnreserved && escapedByte(path, next) === 0x2e) next += 3;
    else break;
    dots++;
  }
  if (options.dropParameters && path.charCodeAt(next) === 0x3b) {
    while (next < path.length && path.charCodeAt(next) !== SLASH) next++;
  }
  const atEnd = next >= path.length;
  if (!atEnd && path.charCodeAt(next) !== SLASH) return { kind: 'none', next };
  if (dots > 2) return { kind: 'none', next };
  return { kind: dots === 1 ? 'current' : 'parent', next: atEnd ? next : next + 1 };
}

/** What decoding a path gives: the text, and the status to answer with where it must not be. */
export interface Unescaped {
  readonly path: string;
  readonly status?: 400 | 404;
}

/**
 * The path with every `%XX` decoded once. One that is refused is decoded too, up to its first NUL: it is what error
 * documents and logs are told.
 *
 * @param slashes what `%2F` becomes: `refuse` 404, `decode` a slash, `keep` as written
 * @source httpd server/util.c `ap_unescape_url`, `ap_unescape_url_keep2f`
 */
export function unescapePath(path: string, slashes: 'refuse' | 'decode' | 'keep'): Unescaped {
  let percent = path.indexOf('%');
  if (percent < 0) return { path };
  let out = '';
  let from = 0;
  let isBad = false;
  let isForbidden = false;
  for (; percent >= 0; percent = path.indexOf('%', percent + 1)) {
    const byte = escapedByte(path, percent);
    if (byte < 0) {
      isBad = true;
      continue;
    }
    if (byte === SLASH && slashes === 'keep') continue;
    if (byte === 0 || (byte === SLASH && slashes === 'refuse')) isForbidden = true;
    out += path.slice(from, percent) + String.fromCharCode(byte);
    from = percent + 3;
    percent += 2;
  }
  out += path.slice(from);
  if (!isBad && !isForbidden) return { path: out };
  const nul = out.indexOf('\0');
  return { path: nul < 0 ? out : out.slice(0, nul), status: isBad ? 400 : 404 };
}

const PATH_SAFE = /^[A-Za-z0-9$\-_.+!*'(),:@&=/~;]*$/;
const PATH_UNSAFE_BYTE = /[^A-Za-z0-9$\-_.+!*'(),:@&=/~;]/g;

/**
 * A path as it is written in a URL; a first segment with a colon gets `./` in front.
 *
 * @param isPartial the path is not the start of a URL, so no `./` is needed
 * @source httpd server/util.c `ap_os_escape_path`
 */
export function escapePath(path: string, isPartial = true): string {
  const escaped = PATH_SAFE.test(path) ? path : path.replace(PATH_UNSAFE_BYTE, percentEncode);
  if (isPartial) return escaped;
  const colon = path.indexOf(':');
  const slash = path.indexOf('/');
  return colon >= 0 && (slash < 0 || colon < slash) ? `./${escaped}` : escaped;
}

function percentEncode(char: string): string {
  const code = char.charCodeAt(0);
  return `%${code < 16 ? '0' : ''}${code.toString(16)}`;
}

/**
 * Sets `unparsedUri`, `uri` (still encoded) and `args` from a request target or a redirect's URI.
 *
 * @source httpd server/protocol.c `ap_parse_uri`
 */
export function parseUri(req: RequestRecord, target: string): void {
  let text = target;
  req.unparsedUri = target;
  if (text.charCodeAt(0) === SLASH) {
    let start = 0;
    while (text.charCodeAt(start + 1) === SLASH) start++;
    if (start > 0) text = text.slice(start);
  }
  if (text.charCodeAt(0) !== SLASH) {
    const absolute = /^[A-Za-z][A-Za-z0-9+.-]*:(?:\/\/[^/?#]*)?/.exec(text);
    if (absolute) {
      text = text.slice(absolute[0].length);
      if (req.method === 'OPTIONS' && /^(?:[?#]|$)/.test(text)) text = `*${text}`;
    }
  }
  const hash = text.indexOf('#');
  if (hash >= 0) text = text.slice(0, hash);
  const question = text.indexOf('?');
  req.args = question < 0 ? undefined : text.slice(question + 1);
  const path = question < 0 ? text : text.slice(0, question);
  req.uri = path === '' ? '/' : path;
  req.parsedPath = req.uri;
}

/** Host name for self-referential URLs, by UseCanonicalName. @source httpd `ap_get_server_name` */
export function serverName(req: RequestRecord): string {
  return req.server.gateway.services.serverName(req);
}

/** Port for self-referential URLs. @source httpd `ap_get_server_port` */
export function serverPort(req: RequestRecord): number {
  return req.server.gateway.services.serverPort(req);
}

/** `http` or `https`. */
export function requestScheme(req: RequestRecord): 'http' | 'https' {
  return req.connection.isTls || req.server.scheme === 'https' ? 'https' : 'http';
}

export function defaultPort(scheme: string): number {
  return scheme === 'https' ? 443 : 80;
}

/** Absolute URL of an (escaped) path on this server. @source httpd server/core.c `ap_construct_url` */
export function constructUrl(req: RequestRecord, path: string): string {
  const scheme = requestScheme(req);
  const port = serverPort(req);
  const host = bracketed(serverName(req));
  return port === defaultPort(scheme) ? `${scheme}://${host}${path}` : `${scheme}://${host}:${port}${path}`;
}

/** An IPv6 address in brackets, any other name as it is. */
export function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/**
 * Where the path information starts in a URI: after the part that the two do not share at their ends, moved to the
 * next slash. Runs of slashes in the URI count as one.
 *
 * @source httpd server/util_script.c `ap_find_path_info`
 */
export function pathInfoStart(uri: string, pathInfo: string): number {
  let u = uri.length - 1;
  let p = pathInfo.length - 1;
  while (u >= 0 && p >= 0 && uri[u] === pathInfo[p]) {
    if (pathInfo[p] === '/') {
      while (u > 0 && uri[u - 1] === '/') u--;
    }
    u--;
    p--;
  }
  if (u < 0) u = 0;
  while (u < uri.length && uri[u] !== '/') u++;
  return u;
}
