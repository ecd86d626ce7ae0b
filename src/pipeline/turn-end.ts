/**
 * Work that waits for the end of a turn of the event loop, when all that the last poll found has been read. Requests
 * that came together are then served together, their connections opened together, and so on: the same code runs
 * several times in a row, ours and the kernel's, while the processor still has it at hand, and an application that was
 * woken for one request finds the next. In paired runs that saved a tenth of a request on a new connection.
 */

/** What waits, in the order in which it is done. */
const KINDS = ['serve', 'close', 'connect', 'send', 'flush'] as const;

/** The kinds of work that are put off. */
export type TurnKind = (typeof KINDS)[number];

const waiting: Record<TurnKind, (() => void)[]> = { serve: [], close: [], connect: [], send: [], flush: [] };
/** The end of the turn is on its way, or is being worked through. */
let isEnding = false;

/**
 * Calls `task` once this turn has read everything. What is put off by what runs then is done behind it, before the next
 * poll.
 */
export function atTurnEnd(kind: TurnKind, task: () => void): void {
  waiting[kind].push(task);
  if (isEnding) return;
  isEnding = true;
  setImmediate(endTurn);
}

function endTurn(): void {
  try {
    for (let kind = firstWaiting(); kind !== undefined; kind = firstWaiting()) runAll(waiting[kind]);
  } finally {
    // Only a fault of ours leaves something behind: the others must not wait for ever.
    isEnding = firstWaiting() !== undefined;
    if (isEnding) setImmediate(endTurn);
  }
}

function firstWaiting(): TurnKind | undefined {
  return KINDS.find((kind) => waiting[kind].length > 0);
}

function runAll(tasks: (() => void)[]): void {
  let done = 0;
  try {
    while (done < tasks.length) tasks[done++]!();
  } finally {
    tasks.splice(0, done);
  }
}
