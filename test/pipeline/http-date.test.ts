import { expect, test } from 'vitest';
import { currentHttpDate, formatHttpDate, parseHttpDate } from '../../src/pipeline/http-date.ts';

const MS = Date.UTC(1994, 10, 6, 8, 49, 37);

test('the three formats name the same second', () => {
  expect(formatHttpDate(MS + 999)).toBe('Sun, 06 Nov 1994 08:49:37 GMT');
  expect(parseHttpDate('Sun, 06 Nov 1994 08:49:37 GMT')).toBe(MS);
  expect(parseHttpDate('Sunday, 06-Nov-94 08:49:37 GMT')).toBe(MS);
  expect(parseHttpDate('Sun Nov  6 08:49:37 1994')).toBe(MS);
});

test.each([
  '',
  'junk',
  'Sun, 31 Feb 1994 08:49:37 GMT',
  'Sun, 06 Nov 1994 24:00:00 GMT',
  'Sun, 06 Foo 1994 08:49:37 GMT',
  '0',
])('%j is no date', (text) => {
  expect(parseHttpDate(text)).toBeUndefined();
});

test('the date of now changes with the second', () => {
  expect(currentHttpDate(MS)).toBe(formatHttpDate(MS));
  expect(currentHttpDate(MS + 999)).toBe(formatHttpDate(MS));
  expect(currentHttpDate(MS + 1000)).toBe(formatHttpDate(MS + 1000));
});

test('long junk is looked at in linear time', () => {
  const start = performance.now();
  parseHttpDate(' '.repeat(100_000) + 'Sun, '.repeat(20_000));
  expect(performance.now() - start).toBeLessThan(200);
});
