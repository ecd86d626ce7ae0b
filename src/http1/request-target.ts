import { normalizeHost, normalizeLenientHost, type Authority } from './authority.ts';

/** What kind of target a request line has, and the authority that an absolute one names. */
export type RequestTarget =
  | { readonly kind: 'path' }
  | { readonly kind: 'asterisk' }
  | { readonly kind: 'connect' }
  | {
      readonly kind: 'absolute';
      /** undefined: the Host header names the host. */
      readonly authority: Authority | undefined;
      /** What the Host header is taken to say then; '' without an authority. */
      readonly host: string;
      /** The port of a target without an authority, which counts where the Host header names none. */
      readonly port: number | undefined;
    };

const PATH: RequestTarget = { kind: 'path' };
const ASTERISK: RequestTarget = { kind: 'asterisk' };
const CONNECT: RequestTarget = { kind: 'connect' };
const SLASH = 0x2f;
const QUESTION = 0x3f;
const DEFAULT_PORTS = { http: 80, https: 443 } as const;
/** An authority as apr_uri_parse takes it, without user information; its port may be empty. */
const AUTHORITY = /^(?:\[[^\]@]*\](?:[^:@][^@]*)?|[^[:@][^:@]*|)(?::(\d*))?$/;

/**
 * The kind of a request target; undefined: httpd refuses it with 400.
 *
 * @param scheme of the connection, `http` or `https`: of a target with the other one, the Host header names the host
 * @param isStrict `HttpProtocolOptions Strict`: neither a fragment, nor user information, nor a host that is no name
 * @source httpd server/protocol.c `ap_parse_uri`, server/vhost.c `fix_hostname`
 */
export function parseTarget(
  target: string,
  method: string,
  scheme: 'http' | 'https',
  isStrict: boolean,
): RequestTarget | undefined {
  if (isStrict && target.includes('#')) return undefined;
  if (method === 'CONNECT') return /^[^/?@:]*:\d{1,5}$/.test(target) ? CONNECT : undefined;
  const first = target.charCodeAt(0);
  if (first === SLASH || first === QUESTION) return PATH;
  if (target === '*') return method === 'OPTIONS' ? ASTERISK : undefined;
  return parseAbsolute(target, scheme, isStrict);
}

function parseAbsolute(target: string, own: 'http' | 'https', isStrict: boolean): RequestTarget | undefined {
  const colon = target.indexOf(':');
  const scheme = target.slice(0, Math.max(0, colon)).toLowerCase();
  if (scheme !== 'http' && scheme !== 'https') return undefined;
  const next = target.charCodeAt(colon + 1);
  if (next !== SLASH || target.charCodeAt(colon + 2) !== SLASH) {
    const mayBePath = next === SLASH || next === QUESTION || target.length === colon + 1;
    return mayBePath ? withoutAuthority(undefined) : undefined;
  }
  const start = colon + 3;
  const length = target.slice(start).search(/[/?#]/);
  let text = length < 0 ? target.slice(start) : target.slice(start, start + length);
  if (!isStrict) {
    text = text.slice(text.lastIndexOf('@') + 1);
    if (!AUTHORITY.test(text)) return undefined;
  }
  if (scheme !== own) {
    const parts = AUTHORITY.exec(text);
    return parts === null ? undefined : withoutAuthority(portNumber(parts[1], scheme));
  }
  const end = /:\d*$/.exec(text);
  const name = end ? text.slice(0, end.index) : text;
  const normalize = isStrict ? normalizeHost : normalizeLenientHost;
  const hostname = text === '' ? '' : normalize(name);
  if (hostname === undefined) return undefined;
  const port = portNumber(end?.[0].slice(1), scheme);
  const host = `${hostname.includes(':') ? `[${hostname}]` : hostname}${end?.[0] ?? ''}`;
  return { kind: 'absolute', authority: { hostname, port }, host, port: undefined };
}

function withoutAuthority(port: number | undefined): RequestTarget {
  return { kind: 'absolute', authority: undefined, host: '', port };
}

/** An empty port is the scheme's; apr keeps others in 16 bits. */
function portNumber(digits: string | undefined, scheme: 'http' | 'https'): number | undefined {
  if (digits === undefined) return undefined;
  return digits === '' ? DEFAULT_PORTS[scheme] : Number(digits) & 0xffff;
}

/** The path of a request target, still encoded, with one slash at its start; '' or '*' where there is none. */
export function targetPath(target: string): string {
  return target.replace(/^[A-Za-z]+:(?:\/\/[^/?#]*)?|[?#].*$/gs, '').replace(/^\/+/, '/');
}
