import type { ByteSet } from './byte-set.ts';
import type { Anchor, LookNode, PcreNode, RepeatNode } from './node.ts';

/**
 * Instructions of the backtracking machine in `machine.ts`. Each is its number and then its operands:
 * pc is an index into the code, r a register, s an index into the sets.
 */
export const OP = {
  match: 0,
  /** byte */
  byte: 1,
  /** s */
  set: 2,
  /** pc */
  jump: 3,
  /** pc: goes on, and tries pc when that fails. */
  split: 4,
  /** anchor */
  assert: 5,
  /** r: notes where a capture begins. */
  open: 6,
  /** group, r */
  close: 7,
  keep: 8,
  /** s, min, max: the longest run first */
  runGreedy: 9,
  /** s, min, max: the shortest run first */
  runLazy: 10,
  /** s, min, max: the longest run only */
  runPossessive: 11,
  /** r: sets a loop's counter to 0. */
  loopStart: 12,
  /** counter r, position r, min, max, lazy, pc behind the loop */
  loopTest: 13,
  /** counter r, position r, min, max, pc of the test, pc behind the loop */
  loopNext: 14,
  /** r: remembers how high the stack is. */
  barrier: 15,
  /** r: forgets the choices above the barrier. */
  commit: 16,
  /** r: as `commit`, and goes back to where the barrier was met. */
  lookDone: 17,
  /** r, pc: remembers the stack, and goes on at pc when all that follows fails. */
  negativeBarrier: 18,
  /** r: undoes all above the barrier and fails. */
  negativeDone: 19,
  /** length: steps back. */
  back: 20,
  /** index into the references */
  backreference: 21,
} as const;

/** Stands for `Infinity` in the code. */
export const UNBOUNDED = 0x7fffffff;

export interface Program {
  readonly code: Int32Array;
  readonly sets: readonly ByteSet[];
  readonly references: readonly { readonly groups: readonly number[]; readonly caseless: boolean }[];
  readonly groupCount: number;
  readonly registerCount: number;
  /** Whether a match can only begin at the subject's first byte. */
  readonly isAnchored: boolean;
  /** Bytes with which a match can begin; `undefined` when it may be empty. */
  readonly firstBytes: ByteSet | undefined;
}

export const ANCHORS: readonly Anchor[] = [
  'start',
  'end',
  'endOrFinalNewline',
  'lineStart',
  'lineEnd',
  'wordBoundary',
  'notWordBoundary',
];

/** Compiles a parsed pattern for the machine. */
export function compileProgram(body: PcreNode, groupCount: number): Program {
  const compiler = new ProgramCompiler(groupCount);
  compiler.emitNode(body);
  compiler.emit(OP.match);
  return {
    code: Int32Array.from(compiler.code),
    sets: compiler.sets,
    references: compiler.references,
    groupCount,
    registerCount: compiler.registerCount,
    isAnchored: isAnchored(body),
    firstBytes: firstBytes(body),
  };
}

class ProgramCompiler {
  readonly code: number[] = [];
  readonly sets: ByteSet[] = [];
  readonly references: { groups: readonly number[]; caseless: boolean }[] = [];
  /** Registers 2n and 2n+1 hold group n, the rest belongs to instructions. */
  registerCount: number;

  constructor(groupCount: number) {
    this.registerCount = 2 * (groupCount + 1);
  }

  /** Appends an instruction and returns where it begins. */
  emit(...instruction: readonly number[]): number {
    return this.code.push(...instruction) - instruction.length;
  }

  emitNode(node: PcreNode): void {
    switch (node.type) {
      case 'empty':
        return;
      case 'byte':
        this.emit(OP.byte, node.byte);
        return;
      case 'set':
        this.emit(OP.set, this.#set(node.set));
        return;
      case 'assert':
        this.emit(OP.assert, ANCHORS.indexOf(node.at));
        return;
      case 'keep':
        this.emit(OP.keep);
        return;
      case 'sequence':
        for (const item of node.items) this.emitNode(item);
        return;
      case 'choice':
        this.#choice(node.options.map((option) => () => this.emitNode(option)));
        return;
      case 'group':
        this.emitNode(node.body);
        return;
      case 'capture': {
        const start = this.registerCount++;
        this.emit(OP.open, start);
        this.emitNode(node.body);
        this.emit(OP.close, node.index, start);
        return;
      }
      case 'atomic': {
        const register = this.registerCount++;
        this.emit(OP.barrier, register);
        this.emitNode(node.body);
        this.emit(OP.commit, register);
        return;
      }
      case 'look':
        this.#look(node);
        return;
      case 'repeat':
        this.#repeat(node);
        return;
      case 'backreference':
        this.emit(
          OP.backreference,
          this.references.push({ groups: node.groups, caseless: node.caseless }) - 1,
        );
        return;
    }
  }

  #set(set: ByteSet): number {
    return this.sets.push(set) - 1;
  }

  #choice(options: readonly (() => void)[]): void {
    const exits: number[] = [];
    options.forEach((emitOption, index) => {
      if (index === options.length - 1) {
        emitOption();
        return;
      }
      const split = this.emit(OP.split, 0);
      emitOption();
      exits.push(this.emit(OP.jump, 0));
      this.code[split + 1] = this.code.length;
    });
    for (const exit of exits) this.code[exit + 1] = this.code.length;
  }

  #look(node: LookNode): void {
    const register = this.registerCount++;
    const barrier = node.negative
      ? this.emit(OP.negativeBarrier, register, 0)
      : this.emit(OP.barrier, register);
    this.#choice(
      node.options.map((option, index) => () => {
        const length = node.lengths[index];
        if (length !== undefined) this.emit(OP.back, length);
        this.emitNode(option);
      }),
    );
    this.emit(node.negative ? OP.negativeDone : OP.lookDone, register);
    if (node.negative) this.code[barrier + 2] = this.code.length;
  }

  #repeat(node: RepeatNode): void {
    const { body, mode } = node;
    if (node.max === 0) return;
    // An assertion is tried at most once, however often it is to be repeated.
    const limit = body.type === 'look' ? 1 : Infinity;
    const min = Math.min(node.min, limit);
    const max = Math.min(node.max, limit, UNBOUNDED);
    if (body.type === 'set' || body.type === 'byte') {
      const op = { greedy: OP.runGreedy, lazy: OP.runLazy, possessive: OP.runPossessive }[mode];
      const set =
        body.type === 'set' ? body.set : Uint8Array.from({ length: 256 }, (_, b) => Number(b === body.byte));
      this.emit(op, this.#set(set), min, max);
      return;
    }
    if (mode === 'possessive') {
      const register = this.registerCount++;
      this.emit(OP.barrier, register);
      this.#loop(body, min, max, false);
      this.emit(OP.commit, register);
      return;
    }
    this.#loop(body, min, max, mode === 'lazy');
  }

  #loop(body: PcreNode, min: number, max: number, lazy: boolean): void {
    const [counter, position] = [this.registerCount++, this.registerCount++];
    this.emit(OP.loopStart, counter);
    const test = this.emit(OP.loopTest, counter, position, min, max, Number(lazy), 0);
    this.emitNode(body);
    const next = this.emit(OP.loopNext, counter, position, min, max, test, 0);
    this.code[test + 6] = this.code.length;
    this.code[next + 6] = this.code.length;
  }
}

/** Whether a match can only begin at the subject's first byte. */
export function isAnchored(node: PcreNode): boolean {
  switch (node.type) {
    case 'assert':
      return node.at === 'start';
    case 'sequence':
      return isAnchored(node.items[0]!);
    case 'choice':
      return node.options.every(isAnchored);
    case 'group':
    case 'capture':
    case 'atomic':
      return isAnchored(node.body);
    default:
      return false;
  }
}

/** Bytes that a non-empty match of the node can begin with, and whether the match may be empty there. */
function firstBytes(node: PcreNode): ByteSet | undefined {
  switch (node.type) {
    case 'byte':
      return Uint8Array.from({ length: 256 }, (_, byte) => Number(byte === node.byte));
    case 'set':
      return node.set;
    case 'sequence': {
      // Assertions consume nothing, so that the next item's bytes stand at the same place.
      const first = node.items.find((item) => item.type !== 'assert');
      return first === undefined ? undefined : firstBytes(first);
    }
    case 'choice': {
      const union: ByteSet = new Uint8Array(256);
      for (const option of node.options) {
        const set = firstBytes(option);
        if (set === undefined) return undefined;
        set.forEach((flag, byte) => (union[byte]! |= flag));
      }
      return union;
    }
    case 'group':
    case 'capture':
    case 'atomic':
      return firstBytes(node.body);
    case 'repeat':
      return node.min > 0 ? firstBytes(node.body) : undefined;
    default:
      return undefined;
  }
}
