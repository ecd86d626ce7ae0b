import { lookup } from 'node:dns/promises';
import net from 'node:net';
import { getSystemErrorName } from 'node:util';
import { addressKey, type ListenAddress } from './listen-address.ts';
import { ListenError } from './listeners.ts';

/** A bound socket that this process does not accept connections from. */
interface BoundHandle {
  readonly fd: number;
  getsockname(name: { port?: number }): number;
  close(): void;
}

/**
 * What `node:cluster` binds its shared sockets with. It is no documented API; there is none that binds without
 * accepting, and cluster itself gives a port up when the last process that uses it dies.
 */
type BindHandle = (
  ip: string | null,
  port: number,
  family: number | undefined,
  fd: number,
) => BoundHandle | number;
const bindHandle = (net as unknown as { readonly _createServerHandle: BindHandle })._createServerHandle;

/**
 * The sockets that serving processes inherit. The primary holds them, so that connections queue in the kernel while
 * no process is up, and binds them with its own rights.
 */
export class HeldSockets {
  readonly #held = new Map<string, BoundHandle>();

  /**
   * Binds the addresses that are not held yet. All or none: a failure lets go of what this call bound.
   *
   * @throws ListenError
   */
  async open(addresses: readonly ListenAddress[]): Promise<void> {
    const opened: string[] = [];
    try {
      for (const address of addresses) {
        const key = addressKey(address);
        if (this.#held.has(key)) continue;
        this.#held.set(key, await bind(address));
        opened.push(key);
      }
    } catch (error) {
      for (const key of opened) this.#close(key);
      throw error;
    }
  }

  /** Descriptors of held addresses, with the keys of the addresses. */
  descriptors(addresses: readonly ListenAddress[]): readonly (readonly [key: string, fd: number])[] {
    return addresses.map((address) => {
      const key = addressKey(address);
      return [key, this.#held.get(key)!.fd] as const;
    });
  }

  /** Lets go of the addresses that are not among these; processes that inherited them keep theirs. */
  retain(addresses: readonly ListenAddress[]): void {
    const wanted = new Set(addresses.map(addressKey));
    for (const key of [...this.#held.keys()]) if (!wanted.has(key)) this.#close(key);
  }

  #close(key: string): void {
    this.#held.get(key)?.close();
    this.#held.delete(key);
  }
}

async function bind(address: ListenAddress): Promise<BoundHandle> {
  const { host, port } = address;
  let found: { readonly address: string; readonly family: number } | undefined;
  try {
    if (host !== undefined) found = await lookup(host);
  } catch (error) {
    throw new ListenError(address, error as NodeJS.ErrnoException);
  }
  const handle = bindHandle(found?.address ?? null, port, found?.family, -1);
  if (typeof handle === 'number') throw new ListenError(address, systemError(handle));
  // An address in use is no error of bind yet, but leaves the socket without its port; listening would take any other.
  const name: { port?: number } = {};
  const problem = handle.getsockname(name);
  if (problem === 0 && name.port === port) return handle;
  handle.close();
  throw new ListenError(address, inUse());
}

function inUse(): NodeJS.ErrnoException {
  return Object.assign(new Error('EADDRINUSE'), { code: 'EADDRINUSE' });
}

function systemError(code: number): NodeJS.ErrnoException {
  const name = getSystemErrorName(code);
  return Object.assign(new Error(name), { code: name });
}
