import { performance } from 'node:perf_hooks';

/**
 * Coarse shared timers. One interval looks at everything that is timed, every 50 ms: a limit fires up to that much
 * late, never early. In exchange, starting, moving and stopping one costs a few stores and no timer object.
 */

const TICK_MS = 50;

/** Something with a time limit. Fields belong to this file, except `dueMs`, which its owner may move at any time. */
export interface Timed {
  /** On the clock of `nowMs`. */
  dueMs: number;
  /** Place in the list; -1: not timed. */
  timerIndex: number;
  /** Called once, after which it is no longer timed. */
  expire(): void;
}

const timed: Timed[] = [];
let interval: NodeJS.Timeout | undefined;

/** Monotonic milliseconds. */
export function nowMs(): number {
  return performance.now();
}

/** Starts the limit, or moves it. */
export function startTimer(item: Timed, dueMs: number): void {
  item.dueMs = dueMs;
  if (item.timerIndex >= 0) return;
  item.timerIndex = timed.push(item) - 1;
  if (interval === undefined) {
    interval = setInterval(tick, TICK_MS);
    interval.unref();
  }
}

export function stopTimer(item: Timed): void {
  const index = item.timerIndex;
  if (index < 0) return;
  item.timerIndex = -1;
  const last = timed.pop();
  if (last !== undefined && last !== item) {
    timed[index] = last;
    last.timerIndex = index;
  }
}

function tick(): void {
  const now = nowMs();
  // Backwards, because stopping one moves the last into its place, which then was looked at already.
  for (let index = timed.length - 1; index >= 0; index -= 1) {
    const item = timed[index];
    if (item === undefined || item.dueMs > now) continue;
    stopTimer(item);
    item.expire();
  }
  if (timed.length > 0 || interval === undefined) return;
  clearInterval(interval);
  interval = undefined;
}
