import { createServer, type Server, type Socket } from 'node:net';
import { FRONT_SOCKET_OPTIONS } from '../http1/front.ts';
import { addressKey, showAddress, type ListenAddress } from './listen-address.ts';

/** An address that could not be opened, in words for people. */
export class ListenError extends Error {
  readonly address: ListenAddress;
  readonly code: string;

  constructor(address: ListenAddress, cause: NodeJS.ErrnoException) {
    super(`could not bind to address ${showAddress(address)}: ${reasonOf(cause)}`);
    this.name = 'ListenError';
    this.address = address;
    this.code = cause.code ?? '';
  }
}

function reasonOf(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return 'it is already in use';
    case 'EACCES':
      return 'permission denied (ports below 1024 need root; see --port-map)';
    case 'EADDRNOTAVAIL':
      return 'this machine does not have it';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'its name does not resolve';
    default:
      return error.message;
  }
}

interface Listener {
  readonly address: ListenAddress;
  readonly server: Server;
}

export type Accept = (socket: Socket, address: ListenAddress) => void;

/** The open addresses of a serving process. */
export class Listeners {
  readonly #open = new Map<string, Listener>();
  readonly #accept: Accept;

  constructor(accept: Accept) {
    this.#accept = accept;
  }

  /**
   * Opens the addresses that are not open yet. All or none: a failure closes what this call opened.
   *
   * @param inherited descriptors of sockets that are bound already, by the keys of their addresses
   * @throws ListenError
   */
  async open(
    addresses: readonly ListenAddress[],
    backlog: number,
    inherited: ReadonlyMap<string, number> = new Map(),
  ): Promise<void> {
    const opened: string[] = [];
    try {
      for (const address of addresses) {
        const key = addressKey(address);
        if (this.#open.has(key)) continue;
        this.#open.set(key, { address, server: await this.#listen(address, backlog, inherited.get(key)) });
        opened.push(key);
      }
    } catch (error) {
      for (const key of opened) this.#close(key);
      throw error;
    }
  }

  /** Closes the addresses that are not among these. Connections that are there stay. */
  retain(addresses: readonly ListenAddress[]): void {
    const wanted = new Set(addresses.map(addressKey));
    for (const key of [...this.#open.keys()]) if (!wanted.has(key)) this.#close(key);
  }

  close(): void {
    this.retain([]);
  }

  #close(key: string): void {
    this.#open.get(key)?.server.close();
    this.#open.delete(key);
  }

  #listen(address: ListenAddress, backlog: number, fd: number | undefined): Promise<Server> {
    const server = createServer(FRONT_SOCKET_OPTIONS);
    return new Promise((resolve, reject) => {
      server.once('error', (error) => reject(new ListenError(address, error)));
      server.once('listening', () => {
        server.removeAllListeners('error');
        // Running out of descriptors is over when connections end; the listener itself stays.
        server.on('error', () => {});
        server.on('connection', (socket) => this.#accept(socket, address));
        resolve(server);
      });
      if (fd === undefined) server.listen({ port: address.port, host: address.host, backlog });
      else server.listen({ fd }, backlog);
    });
  }
}
