import type { IntegerOrder, StringOrder } from '../../grammar/expr/ast.ts';

/** How two values must stand to one another. */
export type Comparison = (left: string, right: string) => boolean;

const MAX_INTEGER = 2n ** 63n - 1n;

/**
 * The 64-bit integer that a text begins with, 0 when there is none; what is too large becomes the limit.
 *
 * @source apr_strtoi64 with base 10
 */
export function leadingInteger(text: string): bigint | number {
  const [, sign = '', digits = ''] = /^[\t-\r ]*([+-]?)([0-9]*)/.exec(text)!;
  if (digits.length <= 15) return Number(sign + (digits || '0'));
  const size = BigInt(digits);
  if (sign === '-') return size > MAX_INTEGER ? -MAX_INTEGER - 1n : -size;
  return size > MAX_INTEGER ? MAX_INTEGER : size;
}

/** Bytes against bytes for `==` and its like, integers for `eq` and its like. */
export const COMPARISONS: Readonly<Record<StringOrder | IntegerOrder, Comparison>> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
  // Loose equality, since a small value is a number and a large one a bigint.
  eq: (left, right) => leadingInteger(left) == leadingInteger(right),
  ne: (left, right) => leadingInteger(left) != leadingInteger(right),
  lt: (left, right) => leadingInteger(left) < leadingInteger(right),
  le: (left, right) => leadingInteger(left) <= leadingInteger(right),
  gt: (left, right) => leadingInteger(left) > leadingInteger(right),
  ge: (left, right) => leadingInteger(left) >= leadingInteger(right),
};
