import { WORD_BYTES, lowerByte } from './byte-set.ts';
import { ANCHORS, OP, UNBOUNDED } from './program.ts';
import type { Program } from './program.ts';

/** A few tenths of a second; PCRE2, too, gives up after ten million, and httpd then takes it for no match. */
const STEP_LIMIT = 10_000_000;

/**
 * What one search may cost, in instructions that may fail or be tried again. A long subject is given some for each of
 * its bytes, as PCRE2 counts afresh for each place where a match may begin.
 */
export function stepLimitFor(subject: string): number {
  return STEP_LIMIT + 4 * subject.length;
}

/** Integers on the backtrack stack, at which a search is given up too. */
const STACK_LIMIT = 24_000_000;

/** Integers that one instruction may push. */
const MOST_PUSHED = 6;

/**
 * What is on the stack, three integers an entry:
 *
 *     choice   pc             position       kind 0: go on at pc from position
 *     run      pc of the run  low | high     kind 1 and 2, see below
 *     undo     register       old value      kind 3
 *     barrier  pc             position       kind 4, or 5 when negative
 *
 * A greedy run that may still give bytes back keeps its shortest and its current end, a lazy run its current and its
 * longest end: two entries, the second of which (kind 6) only carries the other end.
 */
const CHOICE = 0;
const GREEDY = 1;
const LAZY = 2;
const UNDO = 3;
const BARRIER = 4;
const NEGATIVE = 5;
const EXTRA = 6;

let stack: Int32Array = new Int32Array(3 * 4096);

/** Whether the last search was given up at its limit. */
export type SearchResult = 'match' | 'no match' | 'limit';

/**
 * Searches the subject for the program's pattern from left to right.
 *
 * @param budget    steps that the search may take; holds what is left of them afterwards
 * @param registers at least `program.registerCount` long; on a match holds `[start, end)` of group n at 2n, -1 when unset
 */
export function search(
  program: Program,
  subject: string,
  registers: Int32Array,
  budget: { left: number },
): SearchResult {
  const lastStart = program.isAnchored ? 0 : subject.length;
  for (let start = 0; start <= lastStart; start++) {
    if (program.firstBytes !== undefined) {
      while (start < subject.length && program.firstBytes[subject.charCodeAt(start)] !== 1) start++;
      if (start === subject.length || start > lastStart) return 'no match';
    }
    const result = runAt(program, subject, start, registers, budget);
    if (result !== 'no match') return result;
  }
  return 'no match';
}

function isWordAt(subject: string, position: number): boolean {
  return position >= 0 && position < subject.length && WORD_BYTES[subject.charCodeAt(position)] === 1;
}

function holds(anchor: number, subject: string, position: number): boolean {
  switch (ANCHORS[anchor]!) {
    case 'start':
      return position === 0;
    case 'end':
      return position === subject.length;
    case 'endOrFinalNewline':
      return (
        position === subject.length ||
        (position === subject.length - 1 && subject.charCodeAt(position) === 0x0a)
      );
    case 'lineStart':
      return position === 0 || (position < subject.length && subject.charCodeAt(position - 1) === 0x0a);
    case 'lineEnd':
      return position === subject.length || subject.charCodeAt(position) === 0x0a;
    case 'wordBoundary':
      return isWordAt(subject, position - 1) !== isWordAt(subject, position);
    case 'notWordBoundary':
      return isWordAt(subject, position - 1) === isWordAt(subject, position);
  }
}

/** The end of the text that repeats the first set group at `position`, or -1. */
function repeatedEnd(
  reference: Program['references'][number],
  subject: string,
  position: number,
  registers: Int32Array,
): number {
  const group = reference.groups.find((index) => registers[2 * index]! >= 0);
  if (group === undefined) return -1;
  const [from, to] = [registers[2 * group]!, registers[2 * group + 1]!];
  const end = position + to - from;
  if (end > subject.length) return -1;
  for (let i = from, j = position; i < to; i++, j++) {
    const [a, b] = [subject.charCodeAt(i), subject.charCodeAt(j)];
    if (a !== b && !(reference.caseless && lowerByte(a) === lowerByte(b))) return -1;
  }
  return end;
}

function grow(): Int32Array {
  const larger = new Int32Array(stack.length * 2);
  larger.set(stack);
  stack = larger;
  return larger;
}

/** Drops the choices above `height`, keeping what undoes registers, and returns the new height. */
function dropChoices(height: number, top: number): number {
  let kept = height;
  for (let i = height; i < top; i += 3) {
    if (stack[i] !== UNDO) continue;
    stack[kept] = UNDO;
    stack[kept + 1] = stack[i + 1]!;
    stack[kept + 2] = stack[i + 2]!;
    kept += 3;
  }
  return kept;
}

function runAt(
  program: Program,
  subject: string,
  start: number,
  registers: Int32Array,
  budget: { left: number },
): SearchResult {
  const { code, sets } = program;
  const length = subject.length;
  registers.fill(-1, 0, program.registerCount);
  registers[0] = start;
  let pc = 0;
  let position = start;
  let top = 0;
  let steps = budget.left;
  // No helper functions in here: variables that closures share would cost half of the speed.
  let entries = stack;

  for (;;) {
    let failed = false;
    if (--steps < 0) {
      budget.left = 0;
      return 'limit';
    }
    if (top + MOST_PUSHED > entries.length) {
      if (top > STACK_LIMIT) {
        budget.left = 0;
        return 'limit';
      }
      entries = grow();
    }
    switch (code[pc]!) {
      case OP.match:
        registers[1] = position;
        budget.left = steps;
        return 'match';
      case OP.byte:
        if (position < length && subject.charCodeAt(position) === code[pc + 1]) {
          position++;
          pc += 2;
        } else failed = true;
        break;
      case OP.set:
        if (position < length && sets[code[pc + 1]!]![subject.charCodeAt(position)] === 1) {
          position++;
          pc += 2;
        } else failed = true;
        break;
      case OP.jump:
        pc = code[pc + 1]!;
        break;
      case OP.split:
        entries[top] = CHOICE;
        entries[top + 1] = code[pc + 1]!;
        entries[top + 2] = position;
        top += 3;
        pc += 2;
        break;
      case OP.assert:
        if (holds(code[pc + 1]!, subject, position)) pc += 2;
        else failed = true;
        break;
      case OP.open:
        entries[top] = UNDO;
        entries[top + 1] = code[pc + 1]!;
        entries[top + 2] = registers[code[pc + 1]!]!;
        top += 3;
        registers[code[pc + 1]!] = position;
        pc += 2;
        break;
      case OP.close: {
        const group = code[pc + 1]!;
        entries[top] = UNDO;
        entries[top + 1] = 2 * group;
        entries[top + 2] = registers[2 * group]!;
        top += 3;
        registers[2 * group] = registers[code[pc + 2]!]!;
        entries[top] = UNDO;
        entries[top + 1] = 2 * group + 1;
        entries[top + 2] = registers[2 * group + 1]!;
        top += 3;
        registers[2 * group + 1] = position;
        pc += 3;
        break;
      }
      case OP.keep:
        entries[top] = UNDO;
        entries[top + 1] = 0;
        entries[top + 2] = registers[0]!;
        top += 3;
        registers[0] = position;
        pc += 1;
        break;
      case OP.runGreedy:
      case OP.runLazy:
      case OP.runPossessive: {
        const set = sets[code[pc + 1]!]!;
        const max = code[pc + 3]!;
        const shortest = position + code[pc + 2]!;
        const longest = max >= length - position ? length : position + max;
        const isLazy = code[pc] === OP.runLazy;
        const wanted = isLazy ? shortest : longest;
        let end = position;
        while (end < wanted && end < length && set[subject.charCodeAt(end)] === 1) end++;
        steps -= (end - position) >> 4;
        if (end < shortest) {
          failed = true;
          break;
        }
        if (isLazy ? end < longest : end > shortest && code[pc] === OP.runGreedy) {
          entries[top] = EXTRA;
          entries[top + 1] = 0;
          entries[top + 2] = isLazy ? longest : shortest;
          top += 3;
          entries[top] = isLazy ? LAZY : GREEDY;
          entries[top + 1] = pc;
          entries[top + 2] = end;
          top += 3;
        }
        position = end;
        pc += 4;
        break;
      }
      case OP.loopStart:
        entries[top] = UNDO;
        entries[top + 1] = code[pc + 1]!;
        entries[top + 2] = registers[code[pc + 1]!]!;
        top += 3;
        registers[code[pc + 1]!] = 0;
        pc += 2;
        break;
      case OP.loopTest: {
        const count = registers[code[pc + 1]!]!;
        const behind = code[pc + 6]!;
        if (count >= code[pc + 4]!) {
          pc = behind;
          break;
        }
        const register = code[pc + 2]!;
        entries[top] = UNDO;
        entries[top + 1] = register;
        entries[top + 2] = registers[register]!;
        top += 3;
        registers[register] = position;
        const mayEnd = count >= code[pc + 3]!;
        const endsFirst = mayEnd && code[pc + 5] === 1;
        if (mayEnd) {
          entries[top] = CHOICE;
          entries[top + 1] = endsFirst ? pc + 7 : behind;
          entries[top + 2] = position;
          top += 3;
        }
        pc = endsFirst ? behind : pc + 7;
        break;
      }
      case OP.loopNext: {
        const count = registers[code[pc + 1]!]! + 1;
        const isEmpty = position === registers[code[pc + 2]!];
        entries[top] = UNDO;
        entries[top + 1] = code[pc + 1]!;
        entries[top + 2] = registers[code[pc + 1]!]!;
        top += 3;
        registers[code[pc + 1]!] = count;
        // A round without progress ends an unbounded loop: PCRE2 accepts it and goes on behind the loop.
        if (isEmpty && code[pc + 4] === UNBOUNDED && count >= code[pc + 3]!) pc = code[pc + 6]!;
        else pc = code[pc + 5]!;
        break;
      }
      case OP.barrier:
        registers[code[pc + 1]!] = top;
        entries[top] = BARRIER;
        entries[top + 1] = 0;
        entries[top + 2] = position;
        top += 3;
        pc += 2;
        break;
      case OP.commit:
        top = dropChoices(registers[code[pc + 1]!]!, top);
        pc += 2;
        break;
      case OP.lookDone: {
        const height = registers[code[pc + 1]!]!;
        position = entries[height + 2]!;
        top = dropChoices(height, top);
        pc += 2;
        break;
      }
      case OP.negativeBarrier:
        registers[code[pc + 1]!] = top;
        entries[top] = NEGATIVE;
        entries[top + 1] = code[pc + 2]!;
        entries[top + 2] = position;
        top += 3;
        pc += 3;
        break;
      case OP.negativeDone: {
        const height = registers[code[pc + 1]!]!;
        while (top > height) {
          top -= 3;
          if (entries[top] === UNDO) registers[entries[top + 1]!] = entries[top + 2]!;
        }
        failed = true;
        break;
      }
      case OP.back:
        if (position < code[pc + 1]!) failed = true;
        else {
          position -= code[pc + 1]!;
          pc += 2;
        }
        break;
      case OP.backreference: {
        const end = repeatedEnd(program.references[code[pc + 1]!]!, subject, position, registers);
        if (end < 0) failed = true;
        else {
          steps -= (end - position) >> 4;
          position = end;
          pc += 2;
        }
        break;
      }
    }
    if (!failed) continue;

    resume: for (;;) {
      if (top === 0) {
        budget.left = steps;
        return 'no match';
      }
      top -= 3;
      const a = entries[top + 1]!;
      const b = entries[top + 2]!;
      switch (entries[top]!) {
        case UNDO:
          registers[a] = b;
          continue;
        case CHOICE:
        case NEGATIVE:
          pc = a;
          position = b;
          break resume;
        case GREEDY: {
          // One byte less; the shortest end lies below.
          position = b - 1;
          if (position > entries[top - 1]!) {
            entries[top + 2] = position;
            top += 3;
          } else top -= 3;
          pc = a + 4;
          break resume;
        }
        case LAZY: {
          const longest = entries[top - 1]!;
          if (sets[code[a + 1]!]![subject.charCodeAt(b)] !== 1) {
            top -= 3;
            continue;
          }
          position = b + 1;
          if (position < longest) {
            entries[top + 2] = position;
            top += 3;
          } else top -= 3;
          pc = a + 4;
          break resume;
        }
        default:
          continue;
      }
    }
  }
}
