import type { BackendError } from '../fastcgi/errors.ts';
import type { FastCgiConnection } from '../fastcgi/connection.ts';
import type { ConnectedSocket, ConnectListener, ConnectTarget, PendingConnect } from '../fastcgi/connect.ts';
import type { Exchange, ExchangeListener, ExchangeTerms, FastCgiRequest } from '../fastcgi/exchange.ts';
import type { SwapListMember } from './swap-list.ts';
import { stopTimer, type Timed } from './timers.ts';

/** One request for a pool. */
export interface PoolCall extends FastCgiRequest {
  /** No kept connection may serve it. */
  readonly isFresh: boolean;
}

/** What a worker asks of a pool for all its requests alike. */
export interface PoolTerms extends ExchangeTerms {
  readonly connectTimeoutMs: number;
  /** Longest wait for a slot. */
  readonly acquireMs: number;
  /** Cap of connections to this backend. */
  readonly maxConnections: number;
  /** Most idle connections to keep. */
  readonly keptConnections: number;
  /** A connection that was idle longer is closed instead of being used. */
  readonly idleMs: number;
  readonly addressTtlMs: number;
  readonly keepAlive: boolean;
  /** Whose bytes these are. */
  readonly worker: TrafficCounters;
}

export interface TrafficCounters {
  transferredBytes: number;
  readBytes: number;
}

/** What a pool must know of the exchanges that it runs. */
export interface ExchangeKeeper {
  exchangeConnected(exchange: PoolExchange, made: ConnectedSocket): void;
  /** @param error undefined: the time limit is over */
  exchangeNotConnected(exchange: PoolExchange, error: Error | undefined): void;
  /** The time limit of its wait is over. */
  exchangeExpired(exchange: PoolExchange): void;
  /** Ended, failed or aborted; called once. */
  exchangeOver(exchange: PoolExchange): void;
}

const NO_TARGETS: readonly ConnectTarget[] = [];

/** A request's way through a pool: it waits, gets a connection, runs, ends. */
export class PoolExchange implements Exchange, ExchangeListener, ConnectListener, Timed, SwapListMember {
  readonly call: PoolCall;
  readonly terms: PoolTerms;
  /** Order of arrival. */
  readonly sequence: number;
  dueMs = 0;
  timerIndex = -1;
  listIndex = -1;
  /** Its first attempt to connect found the backend's accept queue full. */
  hasMetFullBacklog = false;
  /** Its connection was freed in this turn of the event loop. */
  isHandedOver = false;
  connection: FastCgiConnection | undefined;
  /** Set while connecting, together with the places to try in order, and which of them it is. */
  connecting: PendingConnect | undefined;
  targets: readonly ConnectTarget[] = NO_TARGETS;
  targetIndex = 0;
  startedMs = 0;
  #listener: ExchangeListener | undefined;
  readonly #keeper: ExchangeKeeper;
  #isPaused = false;

  constructor(
    call: PoolCall,
    terms: PoolTerms,
    listener: ExchangeListener,
    sequence: number,
    keeper: ExchangeKeeper,
  ) {
    this.call = call;
    this.terms = terms;
    this.#listener = listener;
    this.sequence = sequence;
    this.#keeper = keeper;
  }

  get isOver(): boolean {
    return this.#listener === undefined;
  }

  get sentBytes(): number {
    return this.connection?.sentBytes ?? 0;
  }

  get receivedBytes(): number {
    return this.connection?.receivedBytes ?? 0;
  }

  startOn(connection: FastCgiConnection, nowMs: number): void {
    this.connection = connection;
    this.startedMs = nowMs;
    connection.run(this.call, this.terms, this, nowMs);
    if (this.#isPaused) connection.pause();
  }

  pause(): void {
    this.#isPaused = true;
    this.connection?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.connection?.resume();
  }

  abort(): void {
    if (this.isOver) return;
    const { connection } = this;
    this.#close();
    connection?.destroy();
  }

  expire(): void {
    this.#keeper.exchangeExpired(this);
  }

  connected(made: ConnectedSocket): void {
    this.#keeper.exchangeConnected(this, made);
  }

  failed(error: Error | undefined): void {
    this.#keeper.exchangeNotConnected(this, error);
  }

  stdout(piece: Buffer | string): void {
    this.#listener?.stdout(piece);
  }

  stderr(text: string): void {
    this.#listener?.stderr(text);
  }

  stdoutEnd(): void {
    this.#listener?.stdoutEnd();
  }

  unknownRecord(type: number): void {
    this.#listener?.unknownRecord(type);
  }

  end(isReusable: boolean): void {
    const listener = this.#listener;
    this.#close();
    listener?.end(isReusable);
  }

  fail(error: BackendError): void {
    const listener = this.#listener;
    this.#close();
    listener?.fail(error);
  }

  #close(): void {
    if (this.isOver) return;
    this.#listener = undefined;
    stopTimer(this);
    this.terms.worker.transferredBytes += this.sentBytes;
    this.terms.worker.readBytes += this.receivedBytes;
    this.#keeper.exchangeOver(this);
  }
}
