import { ownText, remembering } from '../source/remembering.ts';

/**
 * FastCGI name-value pairs as latin1 text: one character for each byte. Texts may be concatenated, so that all that
 * a plan or a connection fixes is encoded once.
 *
 * @source FastCGI specification, section 3.4
 */

/** Encoded lengths 0-127, made once. */
const SHORT: readonly string[] = Array.from({ length: 128 }, (_, length) => String.fromCharCode(length));

function longLength(length: number): string {
  return String.fromCharCode(
    (length >>> 24) | 0x80,
    (length >>> 16) & 0xff,
    (length >>> 8) & 0xff,
    length & 0xff,
  );
}

function encodeLength(length: number): string {
  return SHORT[length] ?? longLength(length);
}

/** A pair of a certain name, by its value. */
export type PairEncoder = (value: string) => string;

/**
 * Encodes pairs of one name as bytes in a latin1 string; name and values must hold no character above U+00FF. What
 * they begin with, both lengths and the name, is kept for each length of a short value: of few pieces, as what each
 * piece costs is paid again when the text is written.
 */
export function pairEncoder(name: string): PairEncoder {
  const starts: (string | undefined)[] = [];
  return (value) => (starts[value.length] ?? makeStart(starts, name, value.length)) + value;
}

function makeStart(starts: (string | undefined)[], name: string, valueLength: number): string {
  const start = encodeLength(name.length) + encodeLength(valueLength) + name;
  if (valueLength >= SHORT.length) return start;
  while (starts.length < valueLength) starts.push(undefined);
  return (starts[valueLength] = ownText(start));
}

const encoderOf = remembering({ most: 1000, longest: 64 }, pairEncoder);

/** The pair as bytes in a latin1 string, for a name that is not known beforehand. */
export function encodePair(name: string, value: string): string {
  return encoderOf(name)(value);
}

/** All pairs, in order. */
export function encodePairs(pairs: Iterable<readonly [string, string]>): string {
  let text = '';
  for (const [name, value] of pairs) text += encodePair(name, value);
  return text;
}

/** What `encodePair` made, pair by pair. The text must be whole. */
export function* decodePairs(text: string): IterableIterator<[name: string, value: string]> {
  let at = 0;
  const readLength = (): number => {
    const first = text.charCodeAt(at++);
    if (first < 0x80) return first;
    at += 3;
    return (
      ((first & 0x7f) << 24) |
      (text.charCodeAt(at - 3) << 16) |
      (text.charCodeAt(at - 2) << 8) |
      text.charCodeAt(at - 1)
    );
  };
  while (at < text.length) {
    const nameLength = readLength();
    const valueLength = readLength();
    const valueStart = at + nameLength;
    const name = text.slice(at, valueStart);
    at = valueStart + valueLength;
    yield [name, text.slice(valueStart, at)];
  }
}
