import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { encodePairs } from '../../src/fastcgi/params.ts';
import { RecordDecoder, requestStart, type RecordSink } from '../../src/fastcgi/record.ts';
import { decodePairs, encodeRecord, RECORD, RecordReader } from '../harness/records.ts';

/** What a decoder said, with neighbouring pieces of one stream joined. */
class Transcript implements RecordSink {
  readonly events: string[] = [];
  #last = '';

  #add(kind: string, text: string): void {
    if (kind === this.#last && (kind === 'out' || kind === 'err'))
      this.events[this.events.length - 1] += text;
    else this.events.push(`${kind} ${text}`);
    this.#last = kind;
  }

  stdout(buffer: Buffer, start: number, end: number): void {
    this.#add('out', buffer.toString('latin1', start, end));
  }
  stderr(buffer: Buffer, start: number, end: number): void {
    this.#add('err', buffer.toString('latin1', start, end));
  }
  stdoutEnd(): void {
    this.#add('outEnd', '');
  }
  endRequest(protocolStatus: number): void {
    this.#add('end', String(protocolStatus));
  }
  unknownRecord(type: number): void {
    this.#add('unknown', String(type));
  }
  badVersion(version: number): void {
    this.#add('badVersion', String(version));
  }
  badRequestId(requestId: number): void {
    this.#add('badRequestId', String(requestId));
  }
}

function decode(pieces: readonly Buffer[]): {
  readonly events: readonly string[];
  readonly isClean: boolean;
} {
  const transcript = new Transcript();
  const decoder = new RecordDecoder(transcript);
  // All pieces come in one buffer, as from a socket: what stands behind a piece is no part of it.
  const buffer = Buffer.alloc(70_000, 1);
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += buffer.length) {
      const bytes = piece.copy(buffer, 0, at);
      decoder.push(buffer, bytes);
    }
  }
  return { events: transcript.events, isClean: decoder.isClean };
}

function split(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((start, index) => bytes.subarray(start, places[index] ?? bytes.length));
}

const END = Buffer.from([0, 0, 0, 7, 2, 0, 0, 0]);
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const latin1 = (maxLength: number): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength }).map((array) => Buffer.from(array).toString('latin1'));

describe('request records', () => {
  test('any parameters arrive as they were given, in records of at most 16384 bytes', () => {
    const size = fc.oneof(
      { weight: 8, arbitrary: fc.constant(40) },
      fc.constantFrom(127, 128, 16_000, 16_384, 40_000),
    );
    const pair = fc.tuple(
      latin1(30),
      fc.tuple(size, latin1(40)).map(([length, text]) => text.padEnd(length, 'x')),
    );
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 30 }), fc.boolean(), fc.boolean(), (pairs, keep, isAll) => {
        const wire = Buffer.from(requestStart(encodePairs(pairs), keep, isAll), 'latin1');
        const [begin, ...params] = new RecordReader().push(wire);
        if (isAll) expect(params.pop()).toMatchObject({ type: RECORD.stdin, content: Buffer.alloc(0) });
        expect(begin).toMatchObject({ type: RECORD.begin, requestId: 1 });
        expect([...(begin?.content ?? [])]).toEqual([0, 1, keep ? 1 : 0, 0, 0, 0, 0, 0]);
        expect(params.at(-1)?.content.length).toBe(0);
        expect(
          params.every((record) => record.type === RECORD.params && record.content.length <= 16_384),
        ).toBe(true);
        expect(params.slice(0, -1).every((record) => record.content.length > 0)).toBe(true);
        expect(decodePairs(Buffer.concat(params.map((record) => record.content)))).toEqual(pairs);
      }),
    );
  });

  test('records end between two pairs, as httpd packs them, while a pair fits in one', () => {
    const pairs = Array.from({ length: 40 }, (_, index) => [`NAME_${index}`, 'v'.repeat(1000)] as const);
    const records = new RecordReader().push(
      Buffer.from(requestStart(encodePairs(pairs), false, false), 'latin1'),
    );
    const contents = records.slice(1, -1).map((record) => record.content);
    expect(contents.map((content) => decodePairs(content).length)).toEqual([16, 16, 8]);
    expect(contents.flatMap((content) => decodePairs(content))).toEqual(pairs);
  });
});

describe('answer records', () => {
  const record = fc.record({
    type: fc.constantFrom(RECORD.stdout, RECORD.stdout, RECORD.stderr, 9),
    content: bytes,
    paddingBytes: fc.nat(255),
  });

  test('any split of a valid answer gives the same output', () => {
    fc.assert(
      fc.property(
        fc.array(record, { maxLength: 12 }),
        fc.array(fc.nat(), { maxLength: 40 }),
        (records, cuts) => {
          const wire = Buffer.concat([
            ...records.map(({ type, content, paddingBytes }) =>
              encodeRecord(type, content, { paddingBytes }),
            ),
            encodeRecord(RECORD.stdout, Buffer.alloc(0)),
            encodeRecord(RECORD.end, END, { paddingBytes: 3 }),
          ]);
          const whole = decode([wire]);
          expect(whole.events.at(-1)).toBe('end 2');
          expect(decode(split(wire, cuts))).toEqual(whole);
          expect(decode([...wire].map((byte) => Buffer.from([byte])))).toEqual(whole);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('any bytes give findings, never an exception', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), (pieces) => {
        decode(pieces.map((piece) => Buffer.from(piece)));
      }),
    );
  });

  const stdout = encodeRecord(RECORD.stdout, Buffer.from('x'));
  const end = encodeRecord(RECORD.end, END);
  test.each([
    [
      'a clean answer',
      [stdout, encodeRecord(RECORD.stdout, Buffer.alloc(0)), end],
      ['out x', 'outEnd ', 'end 2'],
      true,
    ],
    ['END_REQUEST alone ends STDOUT too', [stdout, end], ['out x', 'outEnd ', 'end 2'], true],
    ['a byte behind END_REQUEST', [stdout, end, Buffer.from('!')], ['out x', 'outEnd ', 'end 2'], false],
    ['END_REQUEST of 4 bytes', [encodeRecord(RECORD.end, END.subarray(0, 4))], ['outEnd ', 'end 0'], false],
    [
      'STDOUT behind its end is dropped',
      [stdout, encodeRecord(RECORD.stdout, Buffer.alloc(0)), stdout, end],
      ['out x', 'outEnd ', 'end 2'],
      false,
    ],
    [
      'another version',
      [encodeRecord(RECORD.stdout, Buffer.from('x'), { version: 2 }), end],
      ['badVersion 2'],
      false,
    ],
    [
      'another request id',
      [encodeRecord(RECORD.stdout, Buffer.from('x'), { requestId: 2 }), end],
      ['badRequestId 2'],
      false,
    ],
    [
      'STDOUT of id 0',
      [encodeRecord(RECORD.stdout, Buffer.from('x'), { requestId: 0 })],
      ['badRequestId 0'],
      false,
    ],
    [
      'a management record',
      [encodeRecord(11, END, { requestId: 0 }), stdout, end],
      ['out x', 'outEnd ', 'end 2'],
      true,
    ],
    ['empty STDERR', [encodeRecord(RECORD.stderr, Buffer.alloc(0)), end], ['outEnd ', 'end 2'], true],
    ['an HTTP answer', [Buffer.from('HTTP/1.1 400 Bad Request\r\n')], ['badVersion 72'], false],
  ])('%s', (_, wire, events, isClean) => {
    expect(decode([Buffer.concat(wire)])).toEqual({ events, isClean });
  });

  test('the largest record with the largest padding arrives whole', () => {
    const content = Buffer.alloc(65_535, 'abc');
    const { events } = decode([encodeRecord(RECORD.stdout, content, { paddingBytes: 255 }), end]);
    expect(events[0]).toBe(`out ${content.toString('latin1')}`);
  });
});
