import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineIndex, positionOf, textOf } from '../../src/source/line-index.ts';
import type { SourceSet } from '../../src/source/source.ts';
import { httpdLine } from '../../src/syntax/httpd-line.ts';

function sources(text: string): SourceSet {
  return { files: [{ id: 0, path: '/a.conf', text }] };
}

describe('places', () => {
  test('count lines and columns from 1', () => {
    const set = sources('a\nbc d\n');
    expect(positionOf(set, { file: 0, start: 5, end: 6 })).toEqual({ path: '/a.conf', line: 2, column: 4 });
    expect(positionOf(set, { file: 0, start: 7, end: 7 })).toEqual({ path: '/a.conf', line: 3, column: 1 });
    expect(textOf(set, { file: 0, start: 2, end: 4 })).toBe('bc');
  });

  test('count columns in characters of UTF-8', () => {
    const set = sources(Buffer.from('äöü x', 'utf8').toString('latin1'));
    expect(positionOf(set, { file: 0, start: 7, end: 8 }).column).toBe(5);
  });

  test('agree with counting line feeds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', '\n', '\r\n'), { maxLength: 30 }),
        fc.nat(40),
        (parts, nat) => {
          const text = parts.join('');
          const offset = Math.min(nat, text.length);
          const index = new LineIndex(text);
          expect(index.lineAt(offset)).toBe(text.slice(0, offset).split('\n').length);
          expect(index.columnAt(offset)).toBe(
            offset - text.lastIndexOf('\n', offset - 1) * Number(offset > 0) + Number(offset === 0),
          );
          expect(index.lineText(index.lineAt(offset))).not.toMatch(/[\r\n]$/);
        },
      ),
    );
  });

  test("have httpd's line number: the last physical line of the logical one", () => {
    const set = sources('a\nb \\\n c \\\nd\ne\n');
    expect(httpdLine(set, { file: 0, start: 2, end: 3 })).toBe(4);
    expect(httpdLine(set, { file: 0, start: 13, end: 14 })).toBe(5);
  });
});
