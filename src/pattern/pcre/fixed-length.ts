import type { CaptureNode, PcreNode } from './node.ts';

/** More references than that, one inside the other, are a circle. */
const MAX_REFERENCES = 20;

/**
 * The one length in bytes that the node matches, or `undefined` when it has more than one: what PCRE2 10.42 asks of
 * each alternative of a lookbehind.
 *
 * @param captures groups by number, for references to them
 */
export function fixedLength(
  node: PcreNode,
  captures: ReadonlyMap<number, CaptureNode>,
  depth = 0,
): number | undefined {
  switch (node.type) {
    case 'byte':
    case 'set':
      return 1;
    case 'empty':
    case 'assert':
    case 'keep':
      return 0;
    case 'look': {
      if (!node.behind) return 0;
      const lengths = node.options.map((option) => fixedLength(option, captures, depth));
      return lengths.includes(undefined) ? undefined : 0;
    }
    case 'sequence':
      return sum(node.items.map((item) => fixedLength(item, captures, depth)));
    case 'choice':
      return same(node.options.map((option) => fixedLength(option, captures, depth)));
    case 'group':
    case 'capture':
    case 'atomic':
      return fixedLength(node.body, captures, depth);
    case 'repeat': {
      if (node.body.type === 'look' && !node.body.behind) return 0;
      if (node.min !== node.max) return undefined;
      const length = fixedLength(node.body, captures, depth);
      return length === undefined ? undefined : length * node.min;
    }
    case 'backreference': {
      const [group, ...others] = node.groups;
      const target = group === undefined || others.length > 0 ? undefined : captures.get(group);
      // A group that refers to itself, or to another that refers back, has no length.
      if (target === undefined || depth > MAX_REFERENCES) return undefined;
      if (node.offset > target.start && node.offset < target.end) return undefined;
      return fixedLength(target, captures, depth + 1);
    }
  }
}

function sum(lengths: readonly (number | undefined)[]): number | undefined {
  let total = 0;
  for (const length of lengths) {
    if (length === undefined) return undefined;
    total += length;
  }
  return total;
}

function same(lengths: readonly (number | undefined)[]): number | undefined {
  const [first] = lengths;
  return lengths.every((length) => length === first) ? first : undefined;
}
