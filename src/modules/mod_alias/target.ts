import { escapePath } from '../../pipeline/url.ts';

const DEFAULT_PORTS: ReadonlyMap<string, string> = new Map([
  ['http', '80'],
  ['https', '443'],
  ['ftp', '21'],
  ['ws', '80'],
  ['wss', '443'],
]);

/**
 * A redirect target with its path escaped; query and fragment stay as they are. A default port goes, and a password is hidden.
 *
 * @source httpd modules/mappers/mod_alias.c, apr_uri_unparse
 */
export function escapeTarget(target: string): string {
  const [, location, query, fragment] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(target)!;
  return escapePath(unparsed(location!)) + (query ?? '') + (fragment ?? '');
}

/** `http://user:password@host:80/x` as apr_uri_unparse writes it: no default port, the password hidden. */
function unparsed(location: string): string {
  const parts = /^([a-z][a-z0-9+.-]*):\/\/([^/]*)(\/.*)?$/is.exec(location);
  if (!parts) return location;
  const [, scheme, authority, path] = parts;
  const at = authority!.lastIndexOf('@');
  const user = authority!.slice(0, at + 1).replace(/^([^:@]*):.*@$/s, '$1:XXXXXXXX@');
  const [, host, port] = /^(.*?)(?::([0-9]+))?$/s.exec(authority!.slice(at + 1))!;
  const shownPort = port === undefined || DEFAULT_PORTS.get(scheme!.toLowerCase()) === port ? '' : `:${port}`;
  return `${scheme}://${user}${host}${shownPort}${path ?? ''}`;
}
