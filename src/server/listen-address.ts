import { isIP } from 'node:net';

/** An address to accept connections at. */
export interface ListenAddress {
  /** Without brackets; undefined: every address of the machine. */
  readonly host: string | undefined;
  /** Port that is opened. */
  readonly port: number;
  /** Port that virtual hosts are chosen by: the configuration's, when another one is opened in its place. */
  readonly configPort: number;
  /** `https` as second argument of Listen. */
  readonly protocol: string | undefined;
}

/**
 * The address that a Listen line or `--listen` names: `80`, `127.0.0.1:80`, `[::1]:80`, `*:80`, `name:80`; or why it is none.
 *
 * @source httpd server/listen.c `ap_set_listener`, apr `apr_parse_addr_port`
 */
export function parseListenAddress(
  text: string,
  protocol?: string,
): ListenAddress | { readonly error: string } {
  const found = /^(?:(\[[^\]]*\]|[^:]*):)?([0-9]+)$/.exec(text);
  const port = Number(found?.[2]);
  if (found === null) return { error: `${text} is no address with a port` };
  if (port < 1 || port > 65535) return { error: 'Invalid address or port' };
  const name = found[1]?.replace(/^\[|\]$/g, '');
  if (found[1]?.startsWith('[') && isIP(name!) !== 6) return { error: `${found[1]} is no IPv6 address` };
  const host = name === undefined || name === '' || name === '*' ? undefined : name;
  return { host, port, configPort: port, protocol };
}

/** The address as people write it. */
export function showAddress({ host, port }: ListenAddress): string {
  if (host === undefined) return `*:${port}`;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Equal for addresses that one socket serves. */
export function addressKey(address: ListenAddress): string {
  return `${showAddress(address)}/${address.configPort}/${address.protocol ?? ''}`;
}

/** A URL under which a browser on this machine finds the address. */
export function localUrl({ host, port, protocol }: ListenAddress): string {
  const scheme = protocol === 'https' ? 'https' : 'http';
  const name = host === undefined || host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  const shown = name.includes(':') ? `[${name}]` : name;
  return `${scheme}://${shown}${port === (scheme === 'https' ? 443 : 80) ? '' : `:${port}`}/`;
}
