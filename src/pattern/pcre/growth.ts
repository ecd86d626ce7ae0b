import { canBeEmpty } from './node.ts';
import type { PcreNode } from './node.ts';

/**
 * An upper bound for how matching time grows with the subject's length n: n to this power, `Infinity` when it may be
 * exponential. Counts loops that can give bytes back to one another; it never asks whether they really overlap, so it
 * errs on the side of suspicion.
 */
export function growthDegree(node: PcreNode, isAnchored: boolean): number {
  return loops(node) + (isAnchored ? 0 : 1);
}

function loops(node: PcreNode): number {
  switch (node.type) {
    case 'sequence':
      return node.items.reduce((total, item) => total + loops(item), 0);
    case 'choice':
    case 'look':
      return Math.max(0, ...node.options.map(loops));
    case 'group':
    case 'capture':
    case 'atomic':
      return loops(node.body);
    case 'repeat': {
      const inner = loops(node.body);
      const isLong = node.max > SHORT_LOOP;
      if (!isLong) return inner * node.max;
      if (inner > 0 || canBeEmpty(node.body) || hasOverlappingChoice(node.body)) return Infinity;
      return 1;
    }
    case 'empty':
    case 'byte':
    case 'set':
    case 'assert':
    case 'backreference':
    case 'keep':
      return 0;
  }
}

/** A loop of at most so many rounds is taken as text written out. */
const SHORT_LOOP = 4;

/** Whether a loop's body offers several ways to match, so that rounds multiply. */
function hasOverlappingChoice(node: PcreNode): boolean {
  switch (node.type) {
    case 'choice':
      return !beginWithDifferentBytes(node.options) || node.options.some(hasOverlappingChoice);
    case 'sequence':
      return node.items.some(hasOverlappingChoice);
    case 'group':
    case 'capture':
    case 'atomic':
      return hasOverlappingChoice(node.body);
    case 'repeat':
      return node.min !== node.max || hasOverlappingChoice(node.body);
    default:
      return false;
  }
}

function beginWithDifferentBytes(options: readonly PcreNode[]): boolean {
  const seen = new Uint8Array(256);
  for (const option of options) {
    const first = option.type === 'sequence' ? option.items[0]! : option;
    if (first.type === 'byte') {
      if (++seen[first.byte]! > 1) return false;
    } else if (first.type === 'set') {
      for (let byte = 0; byte < 256; byte++) if (first.set[byte] === 1 && ++seen[byte]! > 1) return false;
    } else return false;
  }
  return true;
}
