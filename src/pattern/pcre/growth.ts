import { addAll } from './byte-set.ts';
import type { ByteSet } from './byte-set.ts';
import { ALL_BYTES, firstBytesBefore, overlap } from './first-bytes.ts';
import { canBeEmpty } from './node.ts';
import type { PcreNode, RepeatNode } from './node.ts';

/** A loop of at most so many rounds is taken as text written out. */
const SHORT_LOOP = 4;

/** What the loops of a node can cost. */
interface Cost {
  /** Loops that can give bytes back to what follows; `Infinity` when they lie one in the other. */
  readonly ambiguous: number;
  /** Whether there are loops that end where they must, whatever follows. */
  readonly deterministic: boolean;
  /** Whether the same text can be matched in several ways without any loop. */
  readonly branching: boolean;
}

const FREE: Cost = { ambiguous: 0, deterministic: false, branching: false };

/**
 * An upper bound for how matching time grows with the subject's length n: n to this power, `Infinity` when it may be
 * exponential. It looks only at the bytes with which things can begin, so it errs on the side of suspicion.
 */
export function growthDegree(node: PcreNode, isAnchored: boolean): number {
  const cost = measure(node, new Uint8Array(256));
  return cost.ambiguous + Number(cost.deterministic) + Number(!isAnchored);
}

/** @param follow bytes that can come behind the node */
function measure(node: PcreNode, follow: ByteSet): Cost {
  switch (node.type) {
    case 'sequence': {
      let cost = FREE;
      let behind = follow;
      for (const item of node.items.toReversed()) {
        cost = inSequence(measure(item, behind), cost);
        behind = firstBytesBefore(item, behind);
      }
      return cost;
    }
    case 'choice': {
      const cost = node.options.map((option) => measure(option, follow)).reduce(eitherOf, FREE);
      return { ...cost, branching: cost.branching || !beginApart(node.options, follow) };
    }
    case 'look':
      return node.options.map((option) => measure(option, ALL_BYTES)).reduce(eitherOf, FREE);
    case 'group':
    case 'capture':
    case 'atomic':
      return measure(node.body, follow);
    case 'repeat':
      return node.max > SHORT_LOOP ? measureLoop(node, follow) : measureShortLoop(node, follow);
    case 'empty':
    case 'byte':
    case 'set':
    case 'assert':
    case 'backreference':
    case 'keep':
      return FREE;
  }
}

function inSequence(a: Cost, b: Cost): Cost {
  return {
    ambiguous: a.ambiguous + b.ambiguous,
    deterministic: a.deterministic || b.deterministic,
    branching: a.branching || b.branching,
  };
}

function eitherOf(a: Cost, b: Cost): Cost {
  return { ...inSequence(a, b), ambiguous: Math.max(a.ambiguous, b.ambiguous) };
}

function measureLoop(node: RepeatNode, follow: ByteSet): Cost {
  const { body } = node;
  if (node.mode !== 'possessive' && canBeEmpty(body)) return { ...FREE, ambiguous: Infinity };
  const first = firstBytesBefore(body, follow);
  const behindBody = first.slice();
  addAll(behindBody, follow);
  const inner = measure(body, behindBody);
  // Several ways through one round are several to the power of the rounds.
  if (inner.ambiguous > 0 || inner.branching) return { ...FREE, ambiguous: Infinity };
  const givesBack = node.mode !== 'possessive' && overlap(first, follow);
  return { ambiguous: Number(givesBack), deterministic: !givesBack || inner.deterministic, branching: false };
}

function measureShortLoop(node: RepeatNode, follow: ByteSet): Cost {
  const first = firstBytesBefore(node.body, follow);
  const behindBody = first.slice();
  addAll(behindBody, follow);
  const inner = measure(node.body, node.max > 1 ? behindBody : follow);
  const isOptional = node.min !== node.max && (canBeEmpty(node.body) || overlap(first, follow));
  return {
    ambiguous: inner.ambiguous === 0 ? 0 : inner.ambiguous * node.max,
    deterministic: inner.deterministic,
    branching: inner.branching || isOptional,
  };
}

/** Whether the next byte tells which of the alternatives it is. */
function beginApart(options: readonly PcreNode[], follow: ByteSet): boolean {
  const seen: ByteSet = new Uint8Array(256);
  for (const option of options) {
    const first = firstBytesBefore(option, follow);
    if (overlap(seen, first)) return false;
    addAll(seen, first);
  }
  return true;
}
