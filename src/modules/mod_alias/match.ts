import { isPathTooLong } from '../../source/fs-path.ts';

const SLASH = 0x2f;

/**
 * How many characters of a URL path an alias' prefix covers; 0: none, it does not match. One or more slashes in the
 * prefix stand for one or more in the path, and a match ends where a path segment ends.
 *
 * @source httpd modules/mappers/mod_alias.c `alias_matches`
 */
export function aliasMatches(uri: string, fake: string): number {
  let at = 0;
  let i = 0;
  while (i < fake.length) {
    if (fake.charCodeAt(i) === SLASH) {
      if (uri.charCodeAt(at) !== SLASH) return 0;
      while (fake.charCodeAt(i) === SLASH) i++;
      while (uri.charCodeAt(at) === SLASH) at++;
    } else if (uri.charCodeAt(at++) !== fake.charCodeAt(i++)) {
      return 0;
    }
  }
  const endsInSlash = fake.charCodeAt(fake.length - 1) === SLASH;
  if (!endsInSlash && at < uri.length && uri.charCodeAt(at) !== SLASH) return 0;
  return at;
}

/**
 * An absolute path without empty, `.` and `..` segments; a last slash stays. Relative paths begin at `root`.
 *
 * @returns undefined when the path climbs above `/`, or is too long
 * @source httpd server/config.c `ap_server_root_relative`, apr_filepath_merge
 */
export function canonicalPath(root: string, path: string): string | undefined {
  const isAbsolute = path.startsWith('/');
  if (isPathTooLong(isAbsolute ? '' : root, path)) return undefined;
  const absolute = isAbsolute ? path : `${root}/${path}`;
  if (!/\/(?:\/|\.\.?(?:\/|$))/.test(absolute)) return absolute;
  const kept: string[] = [];
  const segments = absolute.split('/');
  for (const segment of segments) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') kept.push(segment);
    else if (kept.pop() === undefined) return undefined;
  }
  const last = segments.at(-1);
  const isDirectory = last === '' || last === '.' || last === '..';
  return `/${kept.join('/')}${isDirectory && kept.length > 0 ? '/' : ''}`;
}
