import { nowMs } from './timers.ts';

/** What the watch must know of a connection, and notes on it. */
export interface WatchedConnection<T> {
  readonly openedMs: number;
  /** When one was last given up for it; -Infinity: never. */
  helpedMs: number;
  /** A list in the order of opening; links are cleared on leaving it, see `swap-list.ts`. */
  isWatched: boolean;
  older: T | undefined;
  newer: T | undefined;
}

export interface WatchedPool {
  /** Closes one idle connection; false: there is none. */
  giveUpOne(): boolean;
  /** Connections starve, and there is nothing here to give up: other processes may have something. */
  callForIdle(): void;
}

/** A connection that got no byte for this long may wait for a child; slower applications are not waited for longer. */
const MAX_PATIENCE_MS = 20;
const MIN_PATIENCE_MS = 4;

/** After this time one connection given up was not enough: someone else took the child. */
const ASK_AGAIN_MS = 200;

const LOOK_EVERY_MS = 20;

/**
 * Tells when connections starve. The kernel completes a connection before the application accepts it, so a request
 * may sit on one for which PHP-FPM has no child, while kept connections hold all children. Nobody says so; it shows
 * in connections that were opened and never answered. For each of them one kept connection is given up: the child
 * that it held then accepts the oldest in the queue. A wrong guess (a slow script) costs one reconnect.
 */
export class StarvationWatch<T extends WatchedConnection<T>> {
  readonly #pool: WatchedPool;
  /** Ends of the list of unanswered connections. */
  #oldest: T | undefined;
  #newest: T | undefined;
  #serviceMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(pool: WatchedPool) {
    this.#pool = pool;
  }

  opened(connection: T, isKept: boolean): void {
    connection.isWatched = true;
    connection.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = connection;
    else this.#newest.newer = connection;
    this.#newest = connection;
    if (isKept) this.look();
  }

  /** It was answered, or is gone. */
  forget(connection: T): void {
    if (!connection.isWatched) return;
    const { older, newer } = connection;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    connection.isWatched = false;
    connection.older = undefined;
    connection.newer = undefined;
  }

  /** A request took this long; on a new connection the wait for a child is part of it. */
  served(serviceMs: number, wasReused: boolean): void {
    if (this.#serviceMs === 0) this.#serviceMs = serviceMs;
    else if (wasReused || serviceMs < this.#serviceMs) this.#serviceMs += (serviceMs - this.#serviceMs) / 8;
  }

  /** A connection starves, and the one that the caller holds is to be given up for it. */
  takeStarving(now: number): boolean {
    const connection = this.#findStarving(now);
    if (connection === undefined) return false;
    connection.helpedMs = now;
    return true;
  }

  #findStarving(now: number): T | undefined {
    const patienceMs = Math.min(MAX_PATIENCE_MS, MIN_PATIENCE_MS + 2 * this.#serviceMs);
    for (let connection = this.#oldest; connection !== undefined; connection = connection.newer) {
      if (now - connection.openedMs < patienceMs) return undefined;
      if (now - connection.helpedMs >= ASK_AGAIN_MS) return connection;
    }
    return undefined;
  }

  /** Looks now and then, as long as a connection is unanswered. */
  look(): void {
    if (this.#timer !== undefined || this.#oldest === undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#help(nowMs());
      this.look();
    }, LOOK_EVERY_MS);
    this.#timer.unref();
  }

  #help(now: number): void {
    for (let starving = this.#findStarving(now); starving !== undefined; starving = this.#findStarving(now)) {
      if (!this.#pool.giveUpOne()) {
        this.#pool.callForIdle();
        return;
      }
      starving.helpedMs = now;
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
