import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChunkedDecoder } from '../../src/http1/chunked.ts';

const LIMITS = { limitRequestFieldSize: 8190, limitRequestFields: 100 };

interface Outcome {
  readonly content: string;
  readonly status: number | undefined;
  readonly isDone: boolean;
  readonly consumed: number;
}

function decode(pieces: readonly Buffer[]): Outcome {
  const decoder = new ChunkedDecoder(LIMITS);
  const parts: Buffer[] = [];
  let consumed = 0;
  for (const piece of pieces) {
    if (decoder.isDone || decoder.fault) break;
    consumed += decoder.feed(piece, 0, (part) => parts.push(part));
  }
  const content = Buffer.concat(parts).toString('latin1');
  return { content, status: decoder.fault?.status, isDone: decoder.isDone, consumed };
}

const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { maxLength: 10 });
const nearChunked = fc
  .array(
    fc.oneof(
      fc
        .uint8Array({ minLength: 1, maxLength: 30 })
        .map((data) => `${data.length.toString(16)}\r\n${Buffer.from(data).toString('latin1')}\r\n`),
      fc.constantFrom(
        '0\r\n\r\n',
        '0\r\nA: b\r\n\r\n',
        '5;x=y\r\nhello\r\n',
        '00',
        '\r\n',
        '\n',
        'g',
        ';',
        ' ',
        '5\r\nhell',
      ),
    ),
    { maxLength: 6 },
  )
  .map((parts) => Buffer.from(parts.join(''), 'latin1'));

test('what was chunked comes out as it went in, and nothing behind it is touched', () => {
  fc.assert(
    fc.property(pieces, fc.uint8Array({ maxLength: 10 }), (chunks, after) => {
      const encoded = chunks.map((chunk) =>
        Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]),
      );
      const message = Buffer.concat([...encoded, Buffer.from('0\r\n\r\n')]);
      const outcome = decode([Buffer.concat([message, after])]);
      const content = Buffer.concat(chunks).toString('latin1');
      expect(outcome).toEqual({ content, status: undefined, isDone: true, consumed: message.length });
    }),
  );
});

test('any split gives the same result', () => {
  fc.assert(
    fc.property(nearChunked, fc.array(fc.nat(200), { maxLength: 8 }), (message, cuts) => {
      const places = [...cuts.map((cut) => cut % (message.length + 1)), message.length].sort((a, b) => a - b);
      let from = 0;
      const split = places.map((place) => {
        const piece = message.subarray(from, place);
        from = place;
        return piece;
      });
      expect(decode(split)).toEqual(decode([message]));
    }),
    { numRuns: 2000 },
  );
});

test('any bytes give content, a wait or a fault', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const { status, consumed } = decode([Buffer.from(bytes)]);
      expect([undefined, 400, 413]).toContain(status);
      expect(consumed).toBeLessThanOrEqual(bytes.length);
    }),
    { numRuns: 2000 },
  );
});
