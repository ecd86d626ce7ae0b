import { readFileSync } from 'node:fs';

const MAX_AGE_MS = 60_000;

let hosts: { readonly readAt: number; readonly addresses: ReadonlyMap<string, string> } | undefined;

/**
 * The address of a host name by /etc/hosts, the first when there are several; `undefined` when it is not there. No
 * name server is asked: an expression is evaluated at once, and must not wait for one.
 */
export function hostAddress(name: string): string | undefined {
  const now = Date.now();
  if (hosts === undefined || now - hosts.readAt > MAX_AGE_MS) hosts = { readAt: now, addresses: readHosts() };
  return hosts.addresses.get(name.toLowerCase());
}

function readHosts(): ReadonlyMap<string, string> {
  const addresses = new Map<string, string>();
  let text: string;
  try {
    text = readFileSync('/etc/hosts', 'latin1');
  } catch {
    return addresses;
  }
  for (const line of text.split('\n')) {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    for (const name of names) {
      const key = name.toLowerCase();
      if (address !== undefined && !addresses.has(key)) addresses.set(key, address);
    }
  }
  return addresses;
}
