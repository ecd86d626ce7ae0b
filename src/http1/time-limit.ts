import { schedule, type Timer } from '../pipeline/timers.ts';
import type { FrontSettings, ReadTimeout } from './settings.ts';

/** What a connection's limit is for: a first request, a head, the next request, a body, taking output, the end. */
export type LimitKind = 'first' | 'header' | 'idle' | 'body' | 'write' | 'linger';

/** After our last byte: how long a client may be silent, and how long it may go on in all. */
const LINGER_SILENCE_MS = 2000;
const LINGER_MS = 30_000;

/** The one time limit that a connection is under; a new one takes the place of the last. */
export class TimeLimit {
  /** What the running limit, or the last one, is for. */
  kind: LimitKind = 'first';
  readonly #timer: Timer;
  #startMs = performance.now();
  #bytes = 0;

  constructor(ms: number, onExpiry: () => void) {
    this.#timer = schedule(ms, onExpiry);
  }

  /** @param ms 0: no limit */
  start(kind: LimitKind, ms: number): void {
    this.kind = kind;
    this.#startMs = performance.now();
    this.#bytes = 0;
    if (ms > 0) this.#timer.refresh(ms, this.#startMs);
    else this.#timer.cancel();
  }

  /** The limit goes on under another name: silence turned into a head. */
  rename(kind: LimitKind): void {
    this.kind = kind;
  }

  stop(): void {
    this.kind = 'idle';
    this.#timer.cancel();
  }

  /** The same limit once more from now on. */
  refresh(ms: number): void {
    this.#timer.refresh(ms);
  }

  /** Bytes came: the limit moves away as far as the rate and its maximum let it, and silence has its own limit. */
  extend(bytes: number, { initialMs, maxMs, minRate }: ReadTimeout, silenceMs: number): void {
    this.#bytes += bytes;
    if (initialMs === 0) {
      this.#timer.refresh(silenceMs);
      return;
    }
    const earned = minRate > 0 ? initialMs + (this.#bytes * 1000) / minRate : initialMs;
    const end = maxMs !== undefined && maxMs > 0 ? Math.min(earned, maxMs) : earned;
    const left = end - (performance.now() - this.#startMs);
    this.#timer.refresh(Math.max(0, Math.min(left, silenceMs)));
  }

  /** Starts, or goes on, waiting for the client's own end; false: it had its time. */
  linger(): boolean {
    if (this.kind !== 'linger') this.start('linger', LINGER_SILENCE_MS);
    const left = LINGER_MS - (performance.now() - this.#startMs);
    if (left <= 0) return false;
    this.#timer.refresh(Math.min(left, LINGER_SILENCE_MS));
    return true;
  }
}

/** First limit of a part of a request: silence has a limit even where `RequestReadTimeout` sets none. */
export function firstLimitMs(timeout: ReadTimeout, settings: FrontSettings): number {
  return timeout.initialMs > 0 ? Math.min(timeout.initialMs, settings.timeoutMs) : settings.timeoutMs;
}
