import { remembering } from '../../source/remembering.ts';

/** Ports that a URL's scheme stands for, as mod_proxy knows them. @source httpd modules/proxy/proxy_util.c, `pschemes` */
const DEFAULT_PORTS: ReadonlyMap<string, number> = new Map([
  ['fcgi', 8000],
  ['http', 80],
  ['https', 443],
  ['ajp', 8009],
  ['scgi', 4000],
  ['ftp', 21],
  ['ws', 80],
  ['wss', 443],
  ['h2c', 80],
  ['h2', 443],
]);

/** The port of a scheme in lower case; 0: unknown. */
export function defaultPort(scheme: string): number {
  return DEFAULT_PORTS.get(scheme) ?? 0;
}

/** A backend URL of the configuration, cut apart. */
export interface BackendUrl {
  /** Normalised: scheme and host in lower case, the scheme's own port left out, no `unix:…|`. */
  readonly name: string;
  readonly scheme: string;
  /** Lower case, without brackets. */
  readonly host: string;
  readonly port: number;
  /** As written, relative ones too; undefined: no socket. */
  readonly socketPath: string | undefined;
  /** Path, query and fragment as written. */
  readonly rest: string;
  /** Host or port of a ProxyPassMatch hold a `$n`: each request has its own. */
  readonly hasGroupInAuthority: boolean;
}

export type UrlProblem = 'notAbsolute' | 'unparsable';

/**
 * A URL without its `unix:<socket>|`; a bare `scheme:` or `scheme://` after it stands for localhost.
 *
 * @returns undefined when nothing like a scheme follows the bar
 * @source httpd modules/proxy/proxy_util.c `ap_proxy_de_socketfy`
 */
export function withoutSocket(url: string): string | undefined {
  const bar = socketBar(url);
  if (bar < 0) return url;
  const origin = url.slice(bar + 1);
  const colon = origin.indexOf(':');
  if (colon < 0) return undefined;
  if (colon === origin.length - 1) return `${origin}//localhost`;
  if (origin.slice(colon + 1) === '//') return `${origin}localhost`;
  return origin;
}

/** Offset of the bar after `unix:<socket>`, or -1. */
export function socketBar(url: string): number {
  return /^unix:/i.test(url) ? url.indexOf('|', 5) : -1;
}

/**
 * The parts of a worker's URL, or what is wrong with it.
 *
 * @param mayHaveGroups of a ProxyPassMatch: the port may be a `$n`
 * @source httpd `ap_proxy_define_worker_ex`
 */
export function parseBackendUrl(url: string, mayHaveGroups = false): BackendUrl | UrlProblem {
  const bar = socketBar(url);
  const origin = withoutSocket(url);
  if (origin === undefined) return 'notAbsolute';
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(origin)?.[1]?.toLowerCase();
  if (scheme === undefined) return 'notAbsolute';
  const start = scheme.length + 3;
  const end = endOfAuthority(origin, start);
  const authority = origin.slice(start, end);
  const userEnd = authority.lastIndexOf('@') + 1;
  const place = parseHostPort(authority.slice(userEnd), mayHaveGroups);
  if (!place) return 'unparsable';
  if (place.host === '' && bar < 0) return 'notAbsolute';
  const host = place.host === '' ? 'localhost' : place.host;
  const port = place.port === 0 ? defaultPort(scheme) : place.port;
  const hasGroupInAuthority = mayHaveGroups && authority.includes('$');
  const shownPort = place.portText.includes('$')
    ? `:${place.portText}`
    : port === defaultPort(scheme)
      ? ''
      : `:${port}`;
  const rest = origin.slice(end);
  return {
    name: `${scheme}://${authority.slice(0, userEnd)}${bracketed(host)}${shownPort}${rest}`,
    scheme,
    host,
    port,
    socketPath: bar < 0 ? undefined : url.slice(5, bar),
    rest,
    hasGroupInAuthority,
  };
}

function endOfAuthority(url: string, start: number): number {
  for (let i = start; i < url.length; i++) {
    const c = url[i];
    if (c === '/' || c === '?' || c === '#') return i;
  }
  return url.length;
}

/** Host (lower case, no brackets) and port (0: none given); undefined: malformed. A `$` ends the port of a ProxyPassMatch. */
function parseHostPort(
  text: string,
  mayHaveGroups: boolean,
): { host: string; port: number; portText: string } | undefined {
  const bracketEnd = text.startsWith('[') ? text.indexOf(']') : -1;
  if (text.startsWith('[') && bracketEnd < 0) return undefined;
  const colon = text.indexOf(':', Math.max(bracketEnd, 0));
  const hostText = colon < 0 ? text : text.slice(0, colon);
  const host = (bracketEnd < 0 ? hostText : text.slice(1, bracketEnd)).toLowerCase();
  const portText = colon < 0 ? '' : text.slice(colon + 1);
  if (!(mayHaveGroups ? /^[0-9]*(\$.*)?$/ : /^[0-9]*$/).test(portText)) return undefined;
  const digits = Number.parseInt(portText, 10);
  return { host, port: Number.isNaN(digits) ? 0 : digits & 0xffff, portText };
}

/** A host as it stands in a URL: IPv6 addresses in brackets. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** `scheme://authority/path` of a request, cut apart; or the reason that the log gives. */
export interface NetLocation {
  /** Lower case, without brackets. */
  readonly host: string;
  /** 0: none given. */
  readonly port: number;
  /** After the slash that ends the authority. */
  readonly path: string;
}

/**
 * The parts of what follows `scheme:` in a request's URL. User and password are dropped.
 *
 * @source httpd modules/proxy/proxy_util.c `ap_proxy_canon_netloc`
 */
export function parseNetLocation(text: string): NetLocation | string {
  if (!text.startsWith('//')) return 'Malformed URL';
  const slash = text.indexOf('/', 2);
  const place = parseAuthority(slash < 0 ? text.slice(2) : text.slice(2, slash));
  if (typeof place === 'string') return place;
  return { host: place.host, port: place.port, path: slash < 0 ? '' : text.slice(slash + 1) };
}

interface Authority {
  readonly host: string;
  readonly port: number;
}

/** Host and port of an authority, or why the log says that it is none. */
const parseAuthority = remembering({ most: 256, longest: 255 }, (authority): Authority | string => {
  const address = authority.slice(authority.lastIndexOf('@') + 1);
  const parts = /^(?:\[([0-9A-Fa-f:.]+)\]|([^[\]:%]+))(?::([0-9]{1,5}))?$/.exec(address);
  const port = Number(parts?.[3] ?? 0);
  if (!parts || port > 65535 || (parts[3] !== undefined && port === 0))
    return `Invalid host/port: ${address}`;
  return { host: (parts[1] ?? parts[2])!.toLowerCase(), port };
});
