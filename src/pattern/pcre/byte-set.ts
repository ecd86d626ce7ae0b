/** A set of byte values: 256 flags, each 0 or 1. */
export type ByteSet = Uint8Array;

/** Returns the set of the bytes that the test accepts. */
export function bytesWhere(test: (byte: number) => boolean): ByteSet {
  const set = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte++) if (test(byte)) set[byte] = 1;
  return set;
}

/** Returns the set of these ranges, both ends included. */
export function bytesIn(...ranges: readonly (readonly [number, number])[]): ByteSet {
  return bytesWhere((byte) => ranges.some(([low, high]) => byte >= low && byte <= high));
}

export function invert(set: ByteSet): ByteSet {
  return set.map((flag) => flag ^ 1);
}

export function addAll(target: ByteSet, added: ByteSet): void {
  for (let byte = 0; byte < 256; byte++) if (added[byte] === 1) target[byte] = 1;
}

/** Adds the other case of every ASCII letter in the set; bytes above 127 have no case in the C locale. */
export function addOtherCase(set: ByteSet): void {
  for (let upper = 0x41; upper <= 0x5a; upper++) {
    const either = set[upper]! | set[upper + 32]!;
    set[upper] = either;
    set[upper + 32] = either;
  }
}

/** The same letter in lower case for A to Z, any other byte unchanged. */
export function lowerByte(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte;
}

export const ANY_BYTE = bytesWhere(() => true);
export const NOT_NEWLINE = bytesWhere((byte) => byte !== 0x0a);
export const DIGITS = bytesIn([0x30, 0x39]);
export const SPACES = bytesIn([0x09, 0x0d], [0x20, 0x20]);
export const WORD_BYTES = bytesIn([0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]);
/** `\h`: in a byte pattern the no-break space counts. */
export const HORIZONTAL_SPACES = bytesIn([0x09, 0x09], [0x20, 0x20], [0xa0, 0xa0]);
/** `\v`: in a byte pattern the next-line control counts. */
export const VERTICAL_SPACES = bytesIn([0x0a, 0x0d], [0x85, 0x85]);

/** POSIX classes in the C locale. */
export const POSIX_CLASSES: ReadonlyMap<string, ByteSet> = new Map([
  ['alpha', bytesIn([0x41, 0x5a], [0x61, 0x7a])],
  ['lower', bytesIn([0x61, 0x7a])],
  ['upper', bytesIn([0x41, 0x5a])],
  ['alnum', bytesIn([0x30, 0x39], [0x41, 0x5a], [0x61, 0x7a])],
  ['ascii', bytesIn([0x00, 0x7f])],
  ['blank', bytesIn([0x09, 0x09], [0x20, 0x20])],
  ['cntrl', bytesIn([0x00, 0x1f], [0x7f, 0x7f])],
  ['digit', DIGITS],
  ['graph', bytesIn([0x21, 0x7e])],
  ['print', bytesIn([0x20, 0x7e])],
  ['punct', bytesIn([0x21, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7e])],
  ['space', SPACES],
  ['word', WORD_BYTES],
  ['xdigit', bytesIn([0x30, 0x39], [0x41, 0x46], [0x61, 0x66])],
]);
