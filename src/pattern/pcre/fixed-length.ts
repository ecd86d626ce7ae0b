import type { PcreNode } from './node.ts';

/**
 * The one length in bytes that the node matches, or `undefined` when it has more than one: what PCRE2 10.42 asks of
 * each alternative of a lookbehind.
 *
 * @param captures groups by number, for references to them
 */
export function fixedLength(node: PcreNode, captures: ReadonlyMap<number, PcreNode>, depth = 0): number | undefined {
  switch (node.type) {
    case 'byte':
    case 'set':
      return 1;
    case 'empty':
    case 'assert':
    case 'look':
    case 'keep':
      return 0;
    case 'sequence':
      return sum(node.items.map((item) => fixedLength(item, captures, depth)));
    case 'choice':
      return same(node.options.map((option) => fixedLength(option, captures, depth)));
    case 'group':
    case 'capture':
    case 'atomic':
      return fixedLength(node.body, captures, depth);
    case 'repeat': {
      if (node.min !== node.max) return undefined;
      const length = fixedLength(node.body, captures, depth);
      return length === undefined ? undefined : length * node.min;
    }
    case 'backreference': {
      // A group that refers to itself has no length of its own.
      const [group, ...others] = node.groups;
      const target = group === undefined || others.length > 0 || depth > 50 ? undefined : captures.get(group);
      return target === undefined ? undefined : fixedLength(target, captures, depth + 1);
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
