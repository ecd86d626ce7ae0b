import { promises as dns } from 'node:dns';
import type { ConnectionInfo } from './exchange.ts';

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
