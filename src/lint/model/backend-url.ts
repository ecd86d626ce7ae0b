import { defaultPort } from '../../modules/mod_proxy/url.ts';
import type { BackendUrl } from './model.ts';

/** A `${VAR}` that nothing defined, a back-reference, or an expression: known only later. */
const UNKNOWN = /\$\{[^}]*\}|%\{[^}]*\}|[$%][0-9]/;

export function isKnownText(text: string): boolean {
  return !UNKNOWN.test(text);
}

/**
 * A backend URL taken apart, whatever is wrong with it: a part that is missing is empty.
 *
 * @param text as written, without `proxy:`; may start with `unix:<socket>|`
 */
export function parseUrl(text: string): BackendUrl {
  const bar = /^unix:/i.test(text) ? text.indexOf('|') : -1;
  const socket = /^unix:/i.test(text) ? text.slice(5, bar < 0 ? undefined : bar) : undefined;
  const origin = bar < 0 ? (socket === undefined ? text : '') : text.slice(bar + 1);
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(origin)?.[1]?.toLowerCase() ?? '';
  const afterScheme = scheme === '' ? '' : origin.slice(scheme.length + 1);
  const hasAuthority = afterScheme.startsWith('//');
  const slash = hasAuthority ? afterScheme.indexOf('/', 2) : 0;
  const authority = hasAuthority ? afterScheme.slice(2, slash < 0 ? undefined : slash) : '';
  const path = slash < 0 ? '' : afterScheme.slice(slash);
  const address = authority.slice(authority.lastIndexOf('@') + 1);
  const written = /:([0-9]+)$/.exec(address)?.[1];
  const host = (written === undefined ? address : address.slice(0, -written.length - 1)).toLowerCase();
  const standard = defaultPort(scheme);
  const port = written === undefined ? standard || undefined : Number(written);
  const shownPort = written === undefined || port === standard ? '' : `:${written}`;
  const shownHost = host === '' && socket !== undefined ? 'localhost' : host;
  return {
    text,
    scheme,
    host,
    port,
    hasPort: written !== undefined,
    path,
    socket,
    workerName: scheme === '' ? text : `${scheme}://${shownHost}${shownPort}${path}`,
    isKnown: isKnownText(text),
    hasDynamicAuthority: !isKnownText(authority) || (slash < 0 && /[$%][0-9]|%\{/.test(afterScheme)),
  };
}

/** `scheme://host[:port]` of a URL, as workers are compared. */
export function authorityOf(url: BackendUrl): string {
  return url.workerName.slice(0, url.workerName.length - url.path.length);
}

/** Schemes that the gateway speaks; '' is that of a path or an exclusion. */
const SERVED_SCHEMES: ReadonlySet<string> = new Set(['fcgi', 'balancer', '']);

/** Whether the gateway has no protocol for a URL: requests for it are answered with 500. */
export function isUnserved({ scheme, isKnown }: BackendUrl): boolean {
  return isKnown && !SERVED_SCHEMES.has(scheme);
}
