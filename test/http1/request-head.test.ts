import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RequestHeadParser, type ParsedHead } from '../../src/http1/request-head.ts';
import { DEFAULT_FRONT_SETTINGS } from '../../src/http1/settings.ts';

function parse(pieces: readonly string[]): { result: ParsedHead | undefined; consumed: number } {
  const parser = new RequestHeadParser(DEFAULT_FRONT_SETTINGS, 'http');
  for (const piece of pieces) {
    if (parser.result) break;
    const end = parser.feed(piece, 0);
    if (parser.result === undefined) expect(end).toBe(piece.length);
  }
  return { result: parser.result, consumed: parser.byteCount };
}

/** A result without identities, to compare. */
function plain(result: ParsedHead | undefined): unknown {
  if (!result) return undefined;
  return { ...result, head: { ...result.head, headersIn: [...result.head.headersIn] } };
}

function splits(text: string, cuts: readonly number[]): string[] {
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
  const pieces: string[] = [];
  let from = 0;
  for (const place of [...places, text.length]) {
    if (place > from) pieces.push(text.slice(from, place));
    from = Math.max(from, place);
  }
  return pieces;
}

const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
const bytes = (maxLength: number): fc.Arbitrary<string> =>
  fc.array(byte, { maxLength }).map((all) => all.join(''));
const nearHead = fc
  .tuple(
    fc.constantFrom('GET', 'POST', 'OPTIONS', 'G(T', ''),
    fc.constantFrom('/', '/a?b', '*', 'http://h/x', '/\xe9', '/#'),
    fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/1.1 ', ''),
    fc.array(
      fc.oneof(
        fc.constantFrom(
          'Host: a',
          'host: b:80',
          'Content-Length: 5',
          'Transfer-Encoding: chunked',
          ' fold',
          'X:',
          ': v',
          'Expect: x',
        ),
        bytes(12),
      ),
      { maxLength: 6 },
    ),
    fc.constantFrom('\r\n', '\n', '\r'),
  )
  .map(([method, target, version, fields, end]) =>
    [`${method} ${target} ${version}`, ...fields, '', ''].join(end),
  );
const cuts = fc.array(fc.nat(200), { maxLength: 8 });

describe('a request head', () => {
  test('is the same in one piece and in any other pieces', () => {
    fc.assert(
      fc.property(nearHead, cuts, (text, places) => {
        const whole = parse([text]);
        const split = parse(splits(text, places));
        // A refusal for length or foreign bytes may come earlier when they arrive apart; its outcome is the same.
        expect(split.result?.failure?.status).toBe(whole.result?.failure?.status);
        if (whole.result && !whole.result.failure) {
          expect(plain(split.result)).toEqual(plain(whole.result));
          expect(split.consumed).toBe(whole.consumed);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('of any bytes is read, refused or waited for, never more than its end', () => {
    fc.assert(
      fc.property(fc.array(bytes(60), { maxLength: 6 }), (pieces) => {
        const { result } = parse(pieces);
        if (result?.failure) expect(result.failure.status).toBeGreaterThanOrEqual(400);
      }),
      { numRuns: 2000 },
    );
  });

  test('never keeps more than its line limit', () => {
    const parser = new RequestHeadParser(DEFAULT_FRONT_SETTINGS, 'http');
    let sent = 0;
    while (parser.result === undefined && sent < 100_000) {
      parser.feed('a'.repeat(1000), 0);
      sent += 1000;
    }
    expect(parser.result?.failure?.status).toBe(414);
    expect(sent).toBe(9000);
  });

  test('ends where the body begins', () => {
    const text = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello';
    const { result, consumed } = parse([text]);
    expect(consumed).toBe(text.length - 5);
    expect(result!.framing).toEqual({ contentLength: 5, isChunked: false });
  });

  test('as large as its limits is read in linear time', () => {
    const head = `GET / HTTP/1.1\r\nHost: a\r\n${`X: ${'a'.repeat(75)}\r\n`.repeat(98)}\r\n`;
    const start = performance.now();
    expect(parse(head.split('')).result!.failure).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
