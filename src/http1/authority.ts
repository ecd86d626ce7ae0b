import { isIPv6 } from 'node:net';
import { remembering } from '../source/remembering.ts';
import { lowerAscii } from '../source/lower-ascii.ts';

/** A host as requests name it: lower case, without a final dot; IPv6 without brackets. */
export interface Authority {
  readonly hostname: string;
  readonly port: number | undefined;
}

/** No name of the DNS is longer; checked before any pattern. */
const MAX_HOST_LENGTH = 8190;
const DOTTED_DECIMAL = /^[\d.]+$/;
const LEADING_ZERO = /(?:^|\.)0\d/;
const HOST_CHARACTERS = /^[A-Za-z0-9._-]+$/;
const DIGITS = /^\d+$/;
const PORT = /:(\d+)$/;
const TOP_LABEL = /\.([^.]+)$/;

/**
 * Host and port of a `Host` header, or undefined when httpd refuses it with 400.
 *
 * @source httpd server/vhost.c `fix_hostname`, `strict_hostname_check`
 */
export const parseHostHeader = remembering({ most: 1000, longest: 255 }, (text) =>
  text.length > MAX_HOST_LENGTH ? undefined : parseHostAndPort(text),
);

function parseHostAndPort(text: string): Authority | undefined {
  let host = text;
  let port: number | undefined;
  const colon = text.lastIndexOf(':');
  if (colon >= 0 && !text.endsWith(']')) {
    const digits = text.slice(colon + 1);
    if (!/^\d{1,6}$/.test(digits)) return undefined;
    port = Number(digits);
    if (port < 1 || port > 65535) return undefined;
    host = text.slice(0, colon);
  }
  const hostname = normalizeHost(host);
  return hostname === undefined ? undefined : { hostname, port };
}

/**
 * Host and port of a `Host` header under `HttpProtocolOptions Unsafe`: any name without slashes and empty labels, which
 * may be followed by a port; or undefined when httpd refuses it with 400.
 *
 * @source httpd server/vhost.c `fix_hostname`, `fix_hostname_non_v6`; apr `apr_parse_addr_port`
 */
export function parseLenientHostHeader(text: string): Authority | undefined {
  if (text === '') return undefined;
  if (DIGITS.test(text)) return { hostname: text, port: undefined };
  const digits = PORT.exec(text)?.[1];
  if (digits === undefined) return withoutPort(text);
  const port = Number(digits);
  if (port < 1 || port > 65535 || text.length === digits.length + 1) return undefined;
  const authority = withoutPort(text.slice(0, -digits.length - 1));
  return authority && { ...authority, port };
}

function withoutPort(host: string): Authority | undefined {
  const hostname = normalizeLenientHost(host);
  return hostname === undefined ? undefined : { hostname, port: undefined };
}

/** As `normalizeHost`, for the host of a request target under `HttpProtocolOptions Unsafe`. */
export function normalizeLenientHost(host: string): string | undefined {
  if (host.startsWith('[')) return normalizeHost(host);
  if (host.includes('..') || host.includes('/') || host.includes('\\')) return undefined;
  return lowerAscii(host.endsWith('.') ? host.slice(0, -1) : host);
}

/** The host in lower case and without its final dot; undefined: not a host name, nor an address. */
export function normalizeHost(host: string): string | undefined {
  if (host.startsWith('[')) {
    const address = host.slice(1, -1);
    return host.endsWith(']') && isIPv6(address) && !address.includes('%')
      ? address.toLowerCase()
      : undefined;
  }
  if (!HOST_CHARACTERS.test(host) || host.includes('..')) return undefined;
  if (DOTTED_DECIMAL.test(host)) {
    if (LEADING_ZERO.test(host) || host.split('.').length !== 4) return undefined;
  } else {
    const top = TOP_LABEL.exec(host)?.[1];
    if (top !== undefined && !/^[A-Za-z]/.test(top)) return undefined;
  }
  return (host.endsWith('.') ? host.slice(0, -1) : host).toLowerCase();
}
