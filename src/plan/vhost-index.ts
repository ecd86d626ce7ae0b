import type { ServerRecord } from '../pipeline/server.ts';

/** A virtual host as the index needs it. */
export interface IndexedVhost {
  readonly server: ServerRecord;
  /** Resolved: an IP address or `*`; port 0 stands for any. `text` is the host as written. */
  readonly addresses: readonly { readonly ip: string; readonly port: number; readonly text: string }[];
  /** Lower case. */
  readonly names: readonly string[];
  readonly serverPath: string | undefined;
}

/** The key of an address among the sets of an index. */
export function vhostKey({ ip, port }: { readonly ip: string; readonly port: number }): string {
  return `${ip} ${port}`;
}

/** The virtual hosts of one address, in file order. */
export class VhostSet {
  /** Answers for any name that none of them has. */
  readonly defaultServer: ServerRecord;
  readonly vhosts: readonly IndexedVhost[];
  readonly #exact = new Map<string, ServerRecord>();
  readonly #hasPattern: boolean;

  constructor(defaultServer: ServerRecord, vhosts: readonly IndexedVhost[]) {
    this.defaultServer = defaultServer;
    this.vhosts = vhosts;
    this.#hasPattern = vhosts.some((vhost) => vhost.names.some(isPattern));
    for (const vhost of vhosts) {
      for (const name of vhost.names) if (!this.#exact.has(name)) this.#exact.set(name, vhost.server);
    }
  }

  /**
   * The server for a request: the first in file order that has the name, by ServerName or ServerAlias; then one whose
   * address was written as that name; then, without a name, one whose ServerPath fits; else the default.
   *
   * @param hostname in lower case, without port and final dot; undefined: the client named none
   * @source httpd server/vhost.c `check_hostalias`, `check_serverpath`
   */
  select(hostname: string | undefined, path = ''): ServerRecord {
    if (this.vhosts.length < 2) return this.defaultServer;
    if (hostname === undefined) return this.#byPath(path) ?? this.defaultServer;
    if (!this.#hasPattern) {
      const server = this.#exact.get(hostname);
      if (server) return server;
    } else {
      const vhost = this.vhosts.find(({ names }) => names.some((name) => matchesName(name, hostname)));
      if (vhost) return vhost.server;
    }
    const byAddress = this.vhosts.find(({ addresses }) =>
      addresses.some(({ text }) => text.toLowerCase() === hostname),
    );
    return byAddress?.server ?? this.defaultServer;
  }

  /** Whether any virtual host here answers to the name (StrictHostCheck). */
  hasName(hostname: string): boolean {
    return this.vhosts.some(
      ({ names, addresses }) =>
        names.some((name) => matchesName(name, hostname)) ||
        addresses.some(({ text }) => text.toLowerCase() === hostname),
    );
  }

  #byPath(path: string): ServerRecord | undefined {
    return this.vhosts.find(({ serverPath }) => {
      if (!serverPath || !path.startsWith(serverPath)) return false;
      return serverPath.endsWith('/') || path.length === serverPath.length || path[serverPath.length] === '/';
    })?.server;
  }
}

function isPattern(name: string): boolean {
  return name.includes('*') || name.includes('?');
}

function matchesName(name: string, hostname: string): boolean {
  return isPattern(name) ? wildcardMatch(name, hostname) : name === hostname;
}

/** `*` is any run and `?` any character, over the whole text, in time linear in the product of the lengths. */
function wildcardMatch(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    const char = pattern[p];
    if (char === '*') {
      star = p++;
      resume = t;
    } else if (char === '?' || char === text[t]) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/**
 * Finds virtual hosts by the local address of a connection: the exact address and port, then the address with any
 * port, then `*` with the port, then `*` with any port, else the main server alone.
 *
 * @source httpd server/vhost.c `ap_update_vhost_given_ip`
 */
export class VhostIndex {
  readonly #sets = new Map<string, VhostSet>();
  readonly #main: VhostSet;
  /** In file order. */
  readonly vhosts: readonly IndexedVhost[];

  constructor(mainServer: ServerRecord, vhosts: readonly IndexedVhost[]) {
    this.vhosts = vhosts;
    this.#main = new VhostSet(mainServer, []);
    const members = new Map<string, IndexedVhost[]>();
    for (const vhost of vhosts) {
      for (const address of vhost.addresses) {
        const key = vhostKey(address);
        const list = members.get(key);
        if (!list) members.set(key, [vhost]);
        else if (!list.includes(vhost)) list.push(vhost);
      }
    }
    for (const [key, list] of members) this.#sets.set(key, new VhostSet(list[0]!.server, list));
  }

  /** All sets by `vhostKey` (port 0: any), in the order of definition. */
  get sets(): ReadonlyMap<string, VhostSet> {
    return this.#sets;
  }

  forAddress(localAddress: string, localPort: number): VhostSet {
    return (
      this.#sets.get(`${localAddress} ${localPort}`) ??
      this.#sets.get(`${localAddress} 0`) ??
      this.#sets.get(`* ${localPort}`) ??
      this.#sets.get('* 0') ??
      this.#main
    );
  }
}
