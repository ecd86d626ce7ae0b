import { connect, type Socket } from 'node:net';

import { nowMs, startTimer, stopTimer, type Timed } from '../backend/timers.ts';
import { nextReadBuffer, ownedRead } from './read-buffer.ts';

/** One place to connect to. */
export type ConnectTarget =
  | { readonly path: string }
  | { readonly host: string; readonly port: number; readonly localAddress: string | undefined };

/** Takes what a socket reads. @returns false: stop reading */
export interface ReadTarget {
  received(chunk: Buffer): boolean;
}

/** A connected socket that waits for someone to read it. */
export interface ConnectedSocket {
  readonly socket: Socket;
  /** From now on bytes go there. */
  readTo(target: ReadTarget): void;
}

export interface ConnectListener {
  connected(made: ConnectedSocket): void;
  /** @param error undefined: the time limit is over */
  failed(error: Error | undefined): void;
}

/** Starts to connect. @returns a function that gives up silently */
export function connectSocket(
  target: ConnectTarget,
  timeoutMs: number,
  listener: ConnectListener,
): () => void {
  const attempt = new Attempt(target, listener);
  startTimer(attempt, nowMs() + timeoutMs);
  return () => attempt.cancel();
}

class Attempt implements Timed, ConnectedSocket {
  readonly socket: Socket;
  dueMs = 0;
  timerIndex = -1;
  /**
   * Let go of as soon as it was told: V8 keeps a closed socket, with all that hangs on it, until its next collection
   * of the old generation, and a listener leads to a whole request.
   */
  #listener: ConnectListener | undefined;
  #target: ReadTarget | undefined;
  #buffer: Buffer;
  #lastBytes = 0;

  constructor(target: ConnectTarget, listener: ConnectListener) {
    this.#listener = listener;
    this.#buffer = nextReadBuffer(0);
    const onread = {
      buffer: (): Uint8Array => (this.#buffer = nextReadBuffer(this.#lastBytes)),
      callback: (bytes: number): boolean => this.#read(bytes),
    };
    this.socket =
      'path' in target
        ? connect({ path: target.path, onread })
        : connect({
            host: target.host,
            port: target.port,
            ...(target.localAddress === undefined ? {} : { localAddress: target.localAddress }),
            noDelay: true,
            autoSelectFamily: false,
            onread,
          });
    this.socket.on('error', this.#failed);
    this.socket.once('connect', this.#connected);
  }

  readTo(target: ReadTarget): void {
    this.#target = target;
    this.socket.off('error', this.#failed);
  }

  cancel(): void {
    stopTimer(this);
    this.#listener = undefined;
    this.socket.off('connect', this.#connected);
    this.socket.off('error', this.#failed);
    this.socket.on('error', ignore);
    this.socket.destroy();
  }

  expire(): void {
    this.#giveUp(undefined);
  }

  readonly #connected = (): void => {
    stopTimer(this);
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.connected(this);
  };

  readonly #failed = (error: Error): void => this.#giveUp(error);

  #giveUp(error: Error | undefined): void {
    const listener = this.#listener;
    this.cancel();
    listener?.failed(error);
  }

  #read(bytes: number): boolean {
    this.#lastBytes = bytes;
    const target = this.#target;
    if (target !== undefined) return target.received(ownedRead(this.#buffer, bytes));
    this.socket.destroy();
    return false;
  }
}

function ignore(): void {}
