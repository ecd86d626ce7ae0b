import { promises as dns } from 'node:dns';
import { isIP } from 'node:net';
import type { BoundConfig } from '../bind/bound.ts';
import { splitAddress } from './addresses.ts';

/** What the configuration's host names mean, asked before planning: planning itself waits for nothing. */
export interface ResolvedNames {
  /** Addresses of the names in `<VirtualHost>` lines; a name that does not resolve is absent. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  /** Names of the addresses of virtual hosts that have no ServerName. */
  readonly names: ReadonlyMap<string, string>;
}

export const NO_NAMES: ResolvedNames = { addresses: new Map(), names: new Map() };

/** Asks the resolver for every host name and unnamed address of the virtual hosts. Never rejects. */
export async function resolveNames(bound: BoundConfig): Promise<ResolvedNames> {
  const addresses = new Map<string, readonly string[]>();
  const names = new Map<string, string>();
  const questions: Promise<void>[] = [];
  for (const vhost of bound.vhosts) {
    const isNamed = vhost.root.items.some((item) => item.kind === 'row' && item.directive === 'ServerName');
    for (const { text } of vhost.addresses) {
      const { host } = splitAddress(text);
      if (host === '*') continue;
      if (isIP(host) === 0) questions.push(lookUp(host, addresses));
      else if (!isNamed) questions.push(reverse(host, names));
    }
  }
  await Promise.all(questions);
  return { addresses, names };
}

async function lookUp(host: string, into: Map<string, readonly string[]>): Promise<void> {
  try {
    const found = await dns.lookup(host, { all: true });
    into.set(host, [...new Set(found.map(({ address }) => address))]);
  } catch {
    // Left out: planning says which virtual host lost its address.
  }
}

async function reverse(address: string, into: Map<string, string>): Promise<void> {
  try {
    const { hostname } = await dns.lookupService(address, 0);
    into.set(address, hostname);
  } catch {
    // Left out: the address serves as the name.
  }
}
