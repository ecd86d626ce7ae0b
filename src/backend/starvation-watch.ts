import { nowMs } from './timers.ts';

/** What the watch must know of a connection. */
export interface WatchedConnection {
  readonly openedMs: number;
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
export class StarvationWatch {
  readonly #giveUpIdle: (count: number) => void;
  /** In the order of opening, with the time when one was last given up for it. */
  readonly #unanswered = new Map<WatchedConnection, number>();
  #serviceMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(pool: { readonly giveUpIdle: (count: number) => void }) {
    this.#giveUpIdle = pool.giveUpIdle;
  }

  opened(connection: WatchedConnection, isKept: boolean): void {
    this.#unanswered.set(connection, -Infinity);
    if (isKept) this.look();
  }

  answered(connection: WatchedConnection): void {
    this.#unanswered.delete(connection);
  }

  forget(connection: WatchedConnection): void {
    this.#unanswered.delete(connection);
  }

  /** A request took this long. */
  served(serviceMs: number): void {
    this.#serviceMs += (serviceMs - this.#serviceMs) / 8;
  }

  /** A connection starves, and the one that the caller holds is to be given up for it. */
  takeStarving(now: number): boolean {
    const patienceMs = Math.min(MAX_PATIENCE_MS, MIN_PATIENCE_MS + 2 * this.#serviceMs);
    for (const [connection, helpedMs] of this.#unanswered) {
      if (now - connection.openedMs < patienceMs) return false;
      if (now - helpedMs < ASK_AGAIN_MS) continue;
      this.#unanswered.set(connection, now);
      return true;
    }
    return false;
  }

  /** Looks now and then, as long as a connection is unanswered. */
  look(): void {
    if (this.#timer !== undefined || this.#unanswered.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const now = nowMs();
      let starving = 0;
      while (this.takeStarving(now)) starving += 1;
      if (starving > 0) this.#giveUpIdle(starving);
      this.look();
    }, LOOK_EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
