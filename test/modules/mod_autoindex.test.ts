import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutDescription, formatSize } from '../../src/modules/mod_autoindex/format.ts';
import { compareNaturally } from '../../src/modules/mod_autoindex/natural-order.ts';

describe('compareNaturally', () => {
  it.each([
    [
      ['v10', 'v9', 'v1'],
      ['v1', 'v9', 'v10'],
    ],
    [
      ['a1.01', 'a1.1', 'a1.002'],
      ['a1.002', 'a1.01', 'a1.1'],
    ],
    [
      ['b', 'a 2', 'a1', 'a'],
      ['a', 'a1', 'a 2', 'b'],
    ],
    [
      ['x10y9', 'x9y10', 'x10y10'],
      ['x9y10', 'x10y9', 'x10y10'],
    ],
  ])('sorts %j as %j', (names, sorted) => {
    expect([...names].sort((left, right) => compareNaturally(left, right, false))).toEqual(sorted);
  });

  it('sees no difference of case when told so', () => {
    expect(compareNaturally('File2', 'fILE2', true)).toBe(0);
    expect(compareNaturally('File2', 'fILE2', false)).not.toBe(0);
  });

  it('gives the opposite for the opposite order', () => {
    const name = fc.string({
      unit: fc.constantFrom('a', 'B', '0', '1', '9', ' ', '.', '\xfc'),
      maxLength: 12,
    });
    fc.assert(
      fc.property(name, name, fc.boolean(), (left, right, isCaseless) => {
        const order = Math.sign(compareNaturally(left, right, isCaseless));
        expect(Math.sign(compareNaturally(right, left, isCaseless))).toBe(order === 0 ? 0 : -order);
      }),
    );
  });
});

describe('formatSize', () => {
  it.each([
    [-1, '  - '],
    [0, '  0 '],
    [972, '972 '],
    [973, '1.0K'],
    [1536, '1.5K'],
    [10_239, ' 10K'],
    [996_352, '1.0M'],
    [5_000_000_000, '4.7G'],
  ])('%i bytes are %j', (bytes, text) => expect(formatSize(bytes)).toBe(text));

  it('always takes four columns', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (bytes) => formatSize(bytes).length === 4));
  });
});

describe('cutDescription', () => {
  it.each([
    ['short', 10, 'short'],
    ['exactly ten', 11, 'exactly ten'],
    ['one too many', 11, 'one too ma>'],
    ['<b>bold</b> text', 9, '<b>bold</b> text'],
    ['&auml;&ouml;&uuml;', 3, '&auml;&ouml;&uuml;'],
    ['<b never closed', 3, '<b never closed'],
  ])('%j in %i columns is %j', (text, width, cut) => expect(cutDescription(text, width)).toBe(cut));
});
