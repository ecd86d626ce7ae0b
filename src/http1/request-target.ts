import { normalizeHost, type Authority } from './authority.ts';

/** What kind of target a request line has, and the authority that an absolute one names. */
export type RequestTarget =
  | { readonly kind: 'path' }
  | { readonly kind: 'asterisk' }
  | { readonly kind: 'connect' }
  | { readonly kind: 'absolute'; readonly authority: Authority | undefined };

const PATH: RequestTarget = { kind: 'path' };
const ASTERISK: RequestTarget = { kind: 'asterisk' };
const CONNECT: RequestTarget = { kind: 'connect' };
const SLASH = 0x2f;
const QUESTION = 0x3f;

/**
 * The kind of a request target; undefined: httpd refuses it with 400.
 *
 * @param scheme of the connection, `http` or `https`: another one is not ours to serve
 * @source httpd server/protocol.c `ap_parse_uri`, server/vhost.c
 */
export function parseTarget(target: string, method: string, scheme: string): RequestTarget | undefined {
  if (target.includes('#')) return undefined;
  if (method === 'CONNECT') return /^[^/?@:]*:\d{1,5}$/.test(target) ? CONNECT : undefined;
  const first = target.charCodeAt(0);
  if (first === SLASH || first === QUESTION) return PATH;
  if (target === '*') return method === 'OPTIONS' ? ASTERISK : undefined;
  return parseAbsolute(target, scheme);
}

function parseAbsolute(target: string, scheme: string): RequestTarget | undefined {
  const colon = target.indexOf(':');
  if (colon < 0 || target.slice(0, colon).toLowerCase() !== scheme) return undefined;
  const next = target.charCodeAt(colon + 1);
  if (next !== SLASH || target.charCodeAt(colon + 2) !== SLASH) {
    const mayBePath = next === SLASH || next === QUESTION || target.length === colon + 1;
    return mayBePath ? { kind: 'absolute', authority: undefined } : undefined;
  }
  const start = colon + 3;
  const length = target.slice(start).search(/[/?]/);
  const text = length < 0 ? target.slice(start) : target.slice(start, start + length);
  if (text === '') return { kind: 'absolute', authority: { hostname: '', port: undefined } };
  const port = /:(\d*)$/.exec(text);
  const hostname = normalizeHost(port ? text.slice(0, port.index) : text);
  if (hostname === undefined) return undefined;
  const digits = port?.[1] ?? '';
  return {
    kind: 'absolute',
    authority: { hostname, port: digits === '' ? undefined : Number(digits.slice(0, 6)) },
  };
}
