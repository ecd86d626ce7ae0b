import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { logicalLineEnd } from '../../grammar/config/logical-line.ts';
import { joinLine, sliceMapped, spanWithin } from '../../src/syntax/mapped-text.ts';
import { nextWord, quoteWord, splitWords } from '../../src/syntax/words.ts';

function line(text: string) {
  return joinLine(0, text, 0, logicalLineEnd(text, 0));
}

function words(text: string): string[] {
  return splitWords(line(text)).map((word) => word.text);
}

describe('words', () => {
  test.each([
    ['a b  c', ['a', 'b', 'c']],
    ['"a b" c', ['a b', 'c']],
    ['"a\\"b\\\\c"', ['a"b\\c']],
    ['"a\\b"', ['a\\b']],
    ["'x\\\"y\\'z'", ['x\\"y\'z']],
    ['a"b c"', ['a"b', 'c"']],
    ['"5"6', ['5', '6']],
    ['"5', ['5']],
    ['"5\\', ['5\\']],
    ['"5\\"', ['5"']],
    ['"', ['']],
    ['"" x', ['', 'x']],
    ['a\\\\b\\c', ['a\\b\\c']],
    ['a\xa0b', ['a\xa0b']],
    ['a\tb\vc\fd', ['a', 'b', 'c', 'd']],
  ])('of %j are %j', (text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  test('say whether a quote was left open', () => {
    expect(nextWord('"a', 0)).toMatchObject({ text: 'a', isOpen: true });
    expect(nextWord('"a\\"', 0)).toMatchObject({ text: 'a"', isOpen: true });
    expect(nextWord('"a\\\\"', 0)).toMatchObject({ text: 'a\\', isOpen: false });
    expect(nextWord('"', 0)).toMatchObject({ text: '', isOpen: true });
  });

  test('come back from what quoteWord writes', () => {
    const bytes = fc.string({
      unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
      maxLength: 20,
    });
    fc.assert(
      fc.property(fc.array(bytes, { minLength: 1, maxLength: 4 }), (texts) => {
        const mapped = {
          text: texts.map(quoteWord).join(' '),
          pieces: [{ at: 0, span: { file: 0, start: 0, end: 1 } }],
        };
        expect(splitWords(mapped).map((word) => word.text)).toEqual(texts);
      }),
    );
  });
});

describe('logical lines', () => {
  test.each([
    ['a \\\nb', 'a b'],
    ['a\\\r\nb\r\n', 'ab'],
    ['  a \t\r\n', 'a'],
    ['a\\\\\nb', 'a\\b'],
    ['a\\\\\n\nb', 'ab'],
    ['a \\ \nb', 'a \\'],
    ['a\0b\\\nc', 'a'],
    ['a\\\nb\0c\\\nd', 'ab'],
    ['a \\', 'a \\'],
    ['\\\n\\\n  a\\\n', 'a'],
    ['\r\\\n\n', ''],
  ])('of %j begin with %j', (text, expected) => {
    expect(line(text).text).toBe(expected);
  });

  test('reach to their last physical line', () => {
    const text = 'a \\\n  \\\n\nb';
    expect(line(text).span).toEqual({ file: 0, start: 0, end: 8 });
  });

  test('map each word to where it was written', () => {
    const text = fc
      .array(fc.constantFrom('a', 'bc', ' ', '\\', '\\\n', '\\\r\n', '\n', '"', '\0', 'd'), { maxLength: 20 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (input) => {
        const joined = line(input);
        for (const word of splitWords(joined)) {
          const written = input.slice(word.span.start, word.span.end).replace(/\\\r?\n/g, '');
          if (written.includes('\\') || written.includes('\0')) continue;
          expect(word.quote === undefined ? written : written.slice(1, word.isOpen ? undefined : -1)).toBe(
            word.text,
          );
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('keep their places when cut', () => {
    const joined = line('ab\\\ncd ef');
    const part = sliceMapped(joined, 1, 6);
    expect(part.text).toBe('bcd e');
    expect(spanWithin(part, 0, 2)).toEqual({ file: 0, start: 1, end: 5 });
    expect(spanWithin(part, 4, 5)).toEqual({ file: 0, start: 7, end: 8 });
  });
});
