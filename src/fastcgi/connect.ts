import { connect, type NetConnectOpts, type Socket } from 'node:net';

import { nowMs, startTimer, stopTimer, type Timed } from '../backend/timers.ts';
import { atTurnEnd } from '../pipeline/turn-end.ts';
import { isShared, nextReadBuffer } from '../pipeline/read-buffer.ts';

/** One place to connect to. */
export type ConnectTarget =
  | { readonly path: string }
  | { readonly host: string; readonly port: number; readonly localAddress: string | undefined };

/** Who uses a connected socket. */
export interface SocketUser {
  /**
   * Bytes came, at the front of a buffer that is read into again: see `takePart` for what is to be kept.
   *
   * @returns false: stop reading
   */
  received(buffer: Buffer, bytes: number): boolean;
  /** The kernel took all that waited. */
  drained(): void;
  /** The other side ended, or the socket broke or closed; may be told more than once. */
  broke(error: Error | undefined): void;
}

/** A connected socket that waits for its user. */
export interface ConnectedSocket {
  readonly socket: Socket;
  /** From now on all that happens is told there. */
  use(user: SocketUser): void;
  /** Closes it; the user hears no more. */
  close(): void;
}

export interface ConnectListener {
  connected(made: ConnectedSocket): void;
  /** @param error undefined: the time limit is over */
  failed(error: Error | undefined): void;
}

/** A socket that is about to connect. */
export interface PendingConnect {
  /** Gives up silently, unless it has connected or failed before, and perhaps serves somebody else by now. */
  cancel(listener: ConnectListener): void;
}

/** Starts to connect. */
export function connectSocket(
  target: ConnectTarget,
  timeoutMs: number,
  listener: ConnectListener,
): PendingConnect {
  const line = spares.pop() ?? new BackendLine();
  line.connect(target, timeoutMs, listener);
  return line;
}

/** Lines that were closed in good order. */
const spares: BackendLine[] = [];
const MAX_SPARES = 256;

/**
 * A socket object that connects, is used, closes, and connects again, as `Socket.connect` allows once `close` was
 * emitted. Making a new one for each request would cost a fifth of all that a request without reuse costs.
 */
class BackendLine implements Timed, ConnectedSocket, PendingConnect {
  dueMs = 0;
  timerIndex = -1;
  #socket: Socket | undefined;
  /** Set until it is connected or has failed. */
  #listener: ConnectListener | undefined;
  /** Where it will connect at the end of this turn. */
  #target: ConnectTarget | undefined;
  #user: SocketUser | undefined;
  /** Closed in good order: nothing of this life is left in the socket's state. */
  #isSound = false;
  #buffer: Buffer = nextReadBuffer(0);
  #lastBytes = 0;

  get socket(): Socket {
    return this.#socket!;
  }

  connect(target: ConnectTarget, timeoutMs: number, listener: ConnectListener): void {
    this.#listener = listener;
    this.#isSound = false;
    this.#lastBytes = 0;
    // On a unix socket the kernel connects or refuses at once.
    if (!('path' in target)) startTimer(this, nowMs() + timeoutMs);
    this.#target = target;
    atTurnEnd('connect', () => this.#begin());
  }

  #begin(): void {
    const options = connectOptions(this.#target!);
    this.#target = undefined;
    if (this.#listener === undefined) {
      spares.push(this);
      return;
    }
    try {
      if (this.#socket === undefined) this.#socket = this.#make(options);
      else this.#socket.connect(options);
    } catch (error) {
      // An address that node itself refuses, such as a local one that is none.
      this.#giveUp(error as Error);
    }
  }

  #make(options: NetConnectOpts): Socket {
    const onread = {
      buffer: (): Uint8Array => (this.#buffer = nextReadBuffer(this.#lastBytes)),
      callback: (bytes: number): boolean => this.#read(bytes),
    };
    return connect({ ...options, onread, noDelay: true })
      .on('connect', () => this.#connected())
      .on('drain', () => this.#user?.drained())
      .on('end', () => this.#user?.broke(undefined))
      .on('error', (error) => this.#failed(error))
      .on('close', () => this.#closed());
  }

  use(user: SocketUser): void {
    this.#user = user;
  }

  close(): void {
    this.#user = undefined;
    atTurnEnd('close', () => this.#end());
  }

  #end(): void {
    this.#isSound = isAtRest(this.socket) && isShared(this.#buffer);
    this.socket.destroy();
  }

  cancel(listener: ConnectListener): void {
    if (this.#listener !== listener) return;
    this.#listener = undefined;
    stopTimer(this);
    if (this.#target === undefined) this.#socket?.destroy();
  }

  expire(): void {
    this.#giveUp(undefined);
  }

  #connected(): void {
    stopTimer(this);
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.connected(this);
  }

  #failed(error: Error): void {
    if (this.#listener === undefined) this.#user?.broke(error);
    else this.#giveUp(error);
  }

  #giveUp(error: Error | undefined): void {
    const listener = this.#listener;
    if (listener === undefined) return;
    this.cancel(listener);
    listener.failed(error);
  }

  #read(bytes: number): boolean {
    this.#lastBytes = bytes;
    const user = this.#user;
    if (user !== undefined) return user.received(this.#buffer, bytes);
    this.socket.destroy();
    return false;
  }

  #closed(): void {
    this.#user?.broke(undefined);
    this.#user = undefined;
    if (this.#isSound && spares.length < MAX_SPARES) spares.push(this);
  }
}

function connectOptions(target: ConnectTarget): NetConnectOpts {
  if ('path' in target) return target;
  const { host, port, localAddress } = target;
  const options = { host, port, autoSelectFamily: false };
  return localAddress === undefined ? options : { ...options, localAddress };
}

/** Whether a socket that is closed now leaves nothing behind in its streams, which a new connection does not reset. */
function isAtRest(socket: Socket): boolean {
  return (
    socket.errored === null &&
    !socket.destroyed &&
    socket.writableLength === 0 &&
    !socket.writableNeedDrain &&
    socket.writableCorked === 0 &&
    !socket.isPaused()
  );
}
