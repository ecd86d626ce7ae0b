import { ANY_BYTE, addAll } from './byte-set.ts';
import type { ByteSet } from './byte-set.ts';
import type { PcreNode } from './node.ts';

export const ALL_BYTES = ANY_BYTE;

export function overlap(a: ByteSet, b: ByteSet): boolean {
  return a.some((flag, byte) => flag === 1 && b[byte] === 1);
}

/**
 * The bytes that can stand where the node begins: its own first bytes and, when it can be empty, those behind it.
 *
 * @param follow bytes that can come behind the node
 */
export function firstBytesBefore(node: PcreNode, follow: ByteSet): ByteSet {
  switch (node.type) {
    case 'byte': {
      const set: ByteSet = new Uint8Array(256);
      set[node.byte] = 1;
      return set;
    }
    case 'set':
      return node.set;
    case 'empty':
    case 'assert':
    case 'look':
    case 'keep':
      return follow;
    case 'sequence':
      return node.items.reduceRight((behind, item) => firstBytesBefore(item, behind), follow);
    case 'choice': {
      const union: ByteSet = new Uint8Array(256);
      for (const option of node.options) addAll(union, firstBytesBefore(option, follow));
      return union;
    }
    case 'group':
    case 'capture':
    case 'atomic':
      return firstBytesBefore(node.body, follow);
    case 'repeat': {
      if (node.max === 0) return follow;
      const first = firstBytesBefore(node.body, follow);
      if (node.min > 0) return first;
      const union = first.slice();
      addAll(union, follow);
      return union;
    }
    case 'backreference':
      return ALL_BYTES;
  }
}
