import { promises as dns } from 'node:dns';
import type { ConnectionInfo } from './exchange.ts';
import type { RequestRecord } from './request.ts';

/**
 * Finds the client's name by its address, once for a connection, and whether the name leads back to it. A client
 * without a name has the empty one. Never rejects.
 *
 * @source httpd server/core.c `ap_get_remote_host` with REMOTE_DOUBLE_REV
 */
export async function resolveRemoteHost(connection: ConnectionInfo): Promise<void> {
  try {
    const { hostname } = await dns.lookupService(connection.remoteAddress, 0);
    if (hostname === connection.remoteAddress) {
      connection.remoteHost = '';
      return;
    }
    connection.remoteHost = hostname.toLowerCase();
    const back = await dns.lookup(hostname, { all: true });
    connection.isRemoteHostVerified = back.some(({ address }) => address === connection.remoteAddress);
  } catch {
    connection.remoteHost ??= '';
  }
}

/**
 * The client's name as far as this request may know it: with `HostnameLookups`, or once a rule has asked for it;
 * else ''.
 *
 * @source httpd server/core.c `ap_get_useragent_host` with REMOTE_HOST
 */
export function knownRemoteHost(req: RequestRecord): string {
  const { connection } = req;
  const isKnown = connection.isRemoteHostAsked === true || req.server.gateway.services.looksUpHostnames(req);
  return isKnown ? (connection.remoteHost ?? '') : '';
}

/** The client's name if it leads back to its address, for a rule that names hosts; else ''. */
export function verifiedRemoteHost({ connection }: RequestRecord): string {
  connection.isRemoteHostAsked = true;
  return connection.isRemoteHostVerified === true ? (connection.remoteHost ?? '') : '';
}

/**
 * Whether a host name is the domain or lies below it; case does not count, and the domain may start with a dot.
 *
 * @source httpd mod_authz_host.c `in_domain`
 */
export function isInDomain(domain: string, host: string): boolean {
  const name = domain.toLowerCase();
  const lower = host.toLowerCase();
  if (!lower.endsWith(name)) return false;
  return (
    lower.length === name.length || name.startsWith('.') || lower[lower.length - name.length - 1] === '.'
  );
}
