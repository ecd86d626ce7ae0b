import { promises as dns } from 'node:dns';
import { hostname } from 'node:os';

/** What a machine is called when it has no name that says where it is. */
const LAST_RESORT = '127.0.0.1';

/**
 * The name of a main server without ServerName: this machine's full name, else its address.
 *
 * @source httpd server/util.c `ap_get_local_host`
 */
export async function machineName(): Promise<string> {
  const name = hostname();
  try {
    const { address } = await dns.lookup(name);
    const { hostname: full } = await dns.lookupService(address, 0);
    if (full.includes('.')) return full;
    return name.includes('.') ? name : address;
  } catch {
    return name.includes('.') ? name : LAST_RESORT;
  }
}
