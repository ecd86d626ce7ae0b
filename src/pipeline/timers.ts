/** Length of one tick; a timer fires up to this much late, never early. */
const TICK_MS = 50;
/** Slots of the wheel: timers further away than a turn go round again. */
const SLOTS = 1024;

/** A pending call that can be moved or given up. */
export interface Timer {
  /** Moves the call to `ms` from now (`performance.now()`); also revives one that fired or was cancelled. */
  refresh(ms: number, nowMs?: number): void;
  cancel(): void;
}

/**
 * A timer that calls `fn` once, `ms` from now, at the next tick of one shared wheel.
 *
 * For time limits of connections: moving one later is two assignments, so a connection keeps a single timer for life.
 */
export function schedule(ms: number, fn: () => void): Timer {
  const timer = new WheelTimer(fn);
  timer.refresh(ms);
  return timer;
}

class WheelTimer implements Timer {
  readonly fn: () => void;
  /** Tick at which to fire; -1: cancelled. */
  due = -1;
  /** Tick of the slot that holds this timer; -1: in none. It may come before `due`: the timer then moves on. */
  placed = -1;

  constructor(fn: () => void) {
    this.fn = fn;
  }

  refresh(ms: number, nowMs = performance.now()): void {
    startTicking();
    this.due = Math.max(currentTick() + 1, Math.ceil((nowMs - epoch + ms) / TICK_MS));
    if (this.placed < 0) place(this);
    else if (this.due < this.placed) {
      slotOf(this.placed).delete(this);
      place(this);
    }
  }

  cancel(): void {
    this.due = -1;
  }
}

let epoch = performance.now();
/** The last tick whose slot was emptied. */
let doneTick = 0;
let interval: NodeJS.Timeout | undefined;
let placedCount = 0;
const wheel: Set<WheelTimer>[] = Array.from({ length: SLOTS }, () => new Set());

function currentTick(): number {
  return doneTick;
}

function slotOf(tick: number): Set<WheelTimer> {
  return wheel[tick % SLOTS]!;
}

function place(timer: WheelTimer): void {
  if (timer.placed < 0) placedCount++;
  timer.placed = Math.min(timer.due, doneTick + SLOTS - 1);
  slotOf(timer.placed).add(timer);
}

function startTicking(): void {
  if (interval) return;
  epoch = performance.now();
  doneTick = 0;
  interval = setInterval(tick, TICK_MS).unref();
}

function tick(): void {
  const now = Math.floor((performance.now() - epoch) / TICK_MS);
  while (doneTick < now && placedCount > 0) {
    doneTick++;
    turn(slotOf(doneTick));
  }
  if (placedCount > 0) return;
  clearInterval(interval);
  interval = undefined;
}

function turn(slot: Set<WheelTimer>): void {
  if (slot.size === 0) return;
  const timers = [...slot];
  slot.clear();
  for (const timer of timers) {
    placedCount--;
    timer.placed = -1;
    if (timer.due < 0) continue;
    if (timer.due > doneTick) place(timer);
    else {
      timer.due = -1;
      timer.fn();
    }
  }
}
