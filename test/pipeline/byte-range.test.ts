import { describe, expect, test } from 'vitest';
import { DEFAULT_RANGE_LIMITS, planByteRanges, type RangePlan } from '../../src/pipeline/byte-range.ts';
import { testRequest } from './test-request.ts';

const LENGTH = 100;

function plan(
  range: string,
  length = LENGTH,
  limits = DEFAULT_RANGE_LIMITS,
  fields: Record<string, string> = {},
): string {
  const req = testRequest({ Range: range, ...fields });
  const found = planByteRanges(req, length, limits, 'text/plain');
  return summary(found);
}

function summary(found: RangePlan): string {
  if (found.kind !== 'partial') return found.kind;
  return found.parts.map(({ range }) => `${range.start}-${range.end}`).join(' ');
}

describe('which bytes are sent', () => {
  test.each([
    ['bytes=2-4', '2-4'],
    ['BYTES=2-4', '2-4'],
    ['bytes=2-', '2-99'],
    ['bytes=-3', '97-99'],
    ['bytes=-500', '0-99'],
    ['bytes=0-500', '0-99'],
    ['bytes=0-1,4-5', '0-1 4-5'],
    ['bytes=4-5,0-1', '4-5 0-1'],
    ['bytes=0-1,2-3', '0-3'],
    ['bytes=2-3,0-1', '0-3'],
    ['bytes=0-5,3-8', '0-8'],
    ['bytes=0-9,3-4', '0-9'],
    ['bytes=1-2,', '1-2'],
    ['bytes=200-,1-2', '1-2'],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=200-300,400-', 'unsatisfiable'],
  ])('%s gives %s', (header, expected) => {
    expect(plan(header)).toBe(expected);
  });

  test.each([
    'bytes=5-1', 'bytes=-0', 'bytes=x', 'bytes=1-2,x', 'bytes=', 'bytes=,1-2', 'chars=1-2', 'bytes= 1-2', 'bytes=1-2, 4-5',
    'bytes=1- 2', 'bytes=+1-2', 'bytes=99999999999999999999-', 'bytes=-99999999999999999999', 'bytes=-0,--5,5-1',
  ])('%s is ignored', (header) => {
    expect(plan(header)).toBe('whole');
  }); // prettier-ignore

  test('an empty file is sent whole', () => {
    expect(plan('bytes=0-', 0)).toBe('whole');
  });

  test('the reply is never larger than the file', () => {
    expect(plan('bytes=0-90,92-98,1-99')).toBe('whole');
    expect(plan(`bytes=${'0-,'.repeat(50)}`)).toBe('0-99');
  });
});

describe('limits', () => {
  const single = (count: number, step: number): string =>
    `bytes=${Array.from({ length: count }, (_, i) => `${i * step}-${i * step}`).join(',')}`;
  const growing = (count: number): string =>
    `bytes=${Array.from({ length: count }, (_, i) => `${i}-${i + 1}`).join(',')}`;

  test('as many ranges as MaxRanges, not one more', () => {
    expect(plan(single(200, 10), 10_000)).not.toBe('whole');
    expect(plan(single(201, 10), 10_000)).toBe('whole');
    expect(plan(single(1300, 10), 100_000)).toBe('whole');
    expect(plan(single(201, 10), 10_000, { ...DEFAULT_RANGE_LIMITS, ranges: undefined })).not.toBe('whole');
    expect(plan('bytes=1-2', LENGTH, { ...DEFAULT_RANGE_LIMITS, ranges: 0 })).toBe('whole');
  });

  test('overlaps and reversals count', () => {
    expect(plan(growing(21))).toBe('0-21');
    expect(plan(growing(22))).toBe('whole');
  });
});

describe('what the response says', () => {
  test('a single range', () => {
    const req = testRequest({ Range: 'bytes=2-4' });
    planByteRanges(req, LENGTH, DEFAULT_RANGE_LIMITS, 'text/plain');
    expect(req.status).toBe(206);
    expect([...req.headersOut]).toEqual([
      ['Content-Length', '3'],
      ['Content-Range', 'bytes 2-4/100'],
    ]);
  });

  test('several ranges, whose length is that of all that is sent', () => {
    const req = testRequest({ Range: 'bytes=0-1,4-5' });
    const found = planByteRanges(req, LENGTH, DEFAULT_RANGE_LIMITS, 'text/plain');
    if (found.kind !== 'partial') throw new Error('not partial');
    expect(req.contentType).toMatch(/^multipart\/byteranges; boundary=[0-9a-f]{16}$/);
    const boundary = req.contentType!.split('=')[1]!;
    const sent = found.parts.map(({ lead }) => `${lead}xx`).join('') + found.tail;
    expect(sent).toBe(
      `\r\n--${boundary}\r\nContent-type: text/plain\r\nContent-range: bytes 0-1/100\r\n\r\nxx` +
        `\r\n--${boundary}\r\nContent-type: text/plain\r\nContent-range: bytes 4-5/100\r\n\r\nxx\r\n--${boundary}--\r\n`,
    );
    expect(req.headersOut.get('Content-Length')).toBe(String(sent.length));
  });

  test('a response that is no plain 200 is left alone', () => {
    const req = testRequest({ Range: 'bytes=2-4' });
    req.status = 404;
    expect(planByteRanges(req, LENGTH, DEFAULT_RANGE_LIMITS, undefined).kind).toBe('whole');
  });
});
