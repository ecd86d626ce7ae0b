import type { Duplex } from 'node:stream';
import type { ConnectionInfo } from '../pipeline/exchange.ts';
import type { ResponseDefaults } from '../pipeline/output.ts';
import type { RequestRecord } from '../pipeline/request.ts';
import type { ServerRecord } from '../pipeline/server.ts';
import { ClientConnection } from './connection.ts';
import type { FrontSettings } from './settings.ts';

/** What the front asks of the plan and of the pipeline. A reload may change what it answers between two requests. */
export interface FrontHost extends ResponseDefaults {
  /**
   * The server that the connection's own address chooses; its limits hold until the Host is known.
   *
   * @param path of a request that names no host: a `ServerPath` may choose the server
   */
  serverFor(connection: ConnectionInfo, path?: string): ServerRecord;
  /** The server for a named host; undefined: no such name, and `StrictHostCheck` is on. */
  serverForHost(
    connection: ConnectionInfo,
    hostname: string,
    port: number | undefined,
  ): ServerRecord | undefined;
  /** Must be quick: asked for each request. */
  settings(server: ServerRecord): FrontSettings;
  /** Serves a request to its end. */
  onRequest(req: RequestRecord): void | Promise<void>;
  /** Answers a request whose head can't be served, with its error document, and logs it. */
  onRefused(req: RequestRecord, status: number): void | Promise<void>;
}

/** Options that a listener for client connections must have. */
export const FRONT_SOCKET_OPTIONS = { allowHalfOpen: true, noDelay: true } as const;

/** All client connections of a process that speak HTTP/1. */
export class HttpFront {
  readonly host: FrontHost;
  readonly #connections = new Set<ClientConnection>();
  #isClosing = false;

  constructor(host: FrontHost) {
    this.host = host;
  }

  /** Connections open now. */
  get size(): number {
    return this.#connections.size;
  }

  /** Connections that wait for a request. */
  get idleCount(): number {
    let idle = 0;
    for (const connection of this.#connections) if (connection.isIdle) idle++;
    return idle;
  }

  /** True once `close` was called: no connection outlives its request. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Serves a client on a stream (socket, TLS socket) until it ends. `ahead`: bytes that were read from it already. */
  accept(socket: Duplex, info: ConnectionInfo, ahead?: Buffer): void {
    const connection = new ClientConnection(this, socket, info, () => {
      this.#connections.delete(connection);
    });
    this.#connections.add(connection);
    if (ahead && ahead.length > 0) connection.receive(ahead);
  }

  /** From now on each response says that its connection closes; those that wait for a request may still send one. */
  retire(): void {
    this.#isClosing = true;
  }

  /** Lets requests finish and closes each connection behind its last one; idle ones at once. */
  close(): void {
    this.#isClosing = true;
    for (const connection of this.#connections) connection.closeWhenIdle();
  }

  /** Drops the connections that no request runs on, whatever part of a head they hold. */
  shed(): void {
    for (const connection of this.#connections) if (!connection.isBusy) connection.destroy();
  }

  /** Drops the connections that are open now; new ones are welcome. */
  drop(): void {
    for (const connection of this.#connections) connection.destroy();
  }

  /** Drops every connection. */
  destroy(): void {
    this.#isClosing = true;
    for (const connection of this.#connections) connection.destroy();
  }
}
