import type { BalancerSettings } from './balancer-settings.ts';

/** What a request says about the member that knows its session. */
export interface StickyRoute {
  /** The cookie or parameter that held it. */
  readonly name: string;
  /** undefined: a session was found, but it names no route. */
  readonly route: string | undefined;
}

/**
 * The route in a request's URL, else in its cookies.
 *
 * @param url with its query string
 * @source httpd modules/proxy/mod_proxy_balancer.c, `find_session_route`
 */
export function findRoute(
  settings: BalancerSettings,
  url: string,
  cookie: string | undefined,
): StickyRoute | undefined {
  const names = settings.stickySession;
  if (names === undefined) return undefined;
  const inUrl = urlParameter(url, names.param, settings.scolonPathDelim);
  if (inUrl !== undefined) return { name: names.param, route: routeOf(inUrl, settings.stickySeparator) };
  const inCookie = cookie === undefined ? undefined : cookieValue(cookie, names.cookie);
  if (inCookie === undefined) return undefined;
  return { name: names.cookie, route: routeOf(inCookie, settings.stickySeparator) };
}

function routeOf(value: string, separator: string): string | undefined {
  const start = separator === '' ? 0 : value.indexOf(separator) + 1;
  if (separator !== '' && start === 0) return undefined;
  return start < value.length ? value.slice(start) : undefined;
}

/** The value behind the first `name=`, wherever it stands: httpd asks for no boundary on its left. */
function urlParameter(url: string, name: string, isSemicolonDelimiter: boolean): string | undefined {
  for (let at = url.indexOf(name); at >= 0; at = url.indexOf(name, at + 1)) {
    const equals = at + name.length;
    if (url[equals] !== '=' || equals + 1 >= url.length) continue;
    let end = equals + 1;
    while (end < url.length && !isDelimiter(url[end], isSemicolonDelimiter)) end += 1;
    return url.slice(equals + 1, end);
  }
  return undefined;
}

function isDelimiter(character: string | undefined, isSemicolonDelimiter: boolean): boolean {
  return character === '?' || character === '&' || (isSemicolonDelimiter && character === ';');
}

function cookieValue(header: string, name: string): string | undefined {
  for (let at = header.indexOf(name); at >= 0; at = header.indexOf(name, at + 1)) {
    const before = at === 0 ? ';' : (header[at - 1] ?? '');
    if (before !== ';' && before !== ',' && !isSpace(before)) continue;
    let equals = at + name.length;
    while (isSpace(header[equals] ?? '')) equals += 1;
    if (header[equals] !== '=' || equals + 1 >= header.length) continue;
    let end = equals + 1;
    while (end < header.length && header[end] !== ';' && header[end] !== ',') end += 1;
    return header.slice(equals + 1, end);
  }
  return undefined;
}

function isSpace(character: string): boolean {
  return character === ' ' || (character >= '\t' && character <= '\r');
}
