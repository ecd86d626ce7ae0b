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

/** The pair as bytes in a latin1 string; name and value must hold no character above U+00FF. */
export function encodePair(name: string, value: string): string {
  const nameLength = SHORT[name.length] ?? longLength(name.length);
  const valueLength = SHORT[value.length] ?? longLength(value.length);
  return nameLength + valueLength + name + value;
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
