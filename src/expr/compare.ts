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

/** Negative, 0 or positive, as the left integer is less than, equal to or greater than the right one. */
function integerOrder(left: string, right: string): number {
  const [a, b] = [leadingInteger(left), leadingInteger(right)];
  return a < b ? -1 : Number(a > b);
}

/** Bytes against bytes for `==` and its like, integers for `eq` and its like. */
export const COMPARISONS: Readonly<Record<StringOrder | IntegerOrder, Comparison>> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
  eq: (left, right) => integerOrder(left, right) === 0,
  ne: (left, right) => integerOrder(left, right) !== 0,
  lt: (left, right) => integerOrder(left, right) < 0,
  le: (left, right) => integerOrder(left, right) <= 0,
  gt: (left, right) => integerOrder(left, right) > 0,
  ge: (left, right) => integerOrder(left, right) >= 0,
};
