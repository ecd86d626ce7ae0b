import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseScriptHead, ScriptHead } from '../../../src/modules/mod_proxy_fcgi/script-head.ts';

interface Scanned {
  /** undefined: the header block is not complete. */
  readonly head: string | undefined;
  readonly body: string;
}

/** Scans a block that comes as text and as bytes by turns. */
function scan(pieces: readonly string[]): Scanned {
  const scanner = new ScriptHead();
  let body: string | undefined;
  for (const [index, piece] of pieces.entries()) {
    if (body !== undefined) {
      body += piece;
      continue;
    }
    const start = scanner.push(index % 2 === 0 ? Buffer.from(piece, 'latin1') : piece);
    if (start >= 0) body = piece.slice(start);
  }
  return { head: body === undefined ? undefined : scanner.text, body: body ?? '' };
}

function cutAt(text: string, cuts: readonly number[]): readonly string[] {
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((start, index) => text.slice(start, places[index] ?? text.length));
}

const latin1 = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1'));

describe('finding the header block', () => {
  test('any split of any output gives the same block and body', () => {
    const piece = fc.constantFrom(
      'A: b',
      'Status: 404 Nope',
      '\r\n',
      '\n',
      '\r',
      '\r\n\r\n',
      '\n\n',
      'x',
      ':',
      ' ',
    );
    const output = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(output, fc.array(fc.nat(), { maxLength: 10 }), (text, cuts) => {
        const whole = scan([text]);
        expect(scan(cutAt(text, cuts))).toEqual(whole);
        expect(scan([...text])).toEqual(whole);
        if (whole.head !== undefined) expect(whole.head + whole.body).toBe(text);
      }),
    );
  });

  test.each([
    ['CRLF', 'A: 1\r\nB: 2\r\n\r\nbody', 'body'],
    ['LF', 'A: 1\nB: 2\n\nbody', 'body'],
    ['an empty block', '\n\nbody', 'body'],
    ['no body', 'A: 1\n\n', ''],
  ])('ends at an empty line: %s', (_, output, body) => {
    expect(scan([output]).body).toBe(body);
    expect(scan([output]).head).toBeDefined();
  });

  test.each(['', 'Content-Type: text/plain\r\n', 'A: 1\r\n\nbody', 'A: 1\n\r\nbody', '\r\nbody', 'hello'])(
    'does not end in %j',
    (output) => {
      expect(scan([output]).head).toBeUndefined();
    },
  );

  test('a block that never ends is known to be too long soon behind 256 KiB', () => {
    const scanner = new ScriptHead();
    const line = Buffer.from(`X: ${'a'.repeat(1000)}\n`);
    let pushed = 0;
    while (!scanner.isTooLong && pushed < 1_000_000) {
      scanner.push(line);
      pushed += line.length;
    }
    expect(pushed).toBeLessThan(262_144 + 2 * line.length);
  });
});

describe('fields', () => {
  test('any bytes give fields or a problem; names are tokens, values hold neither CR nor LF nor NUL', () => {
    fc.assert(
      fc.property(latin1, latin1, (start, text) => {
        const parsed = parseScriptHead(`${start}\nA: ${text}\n\n`);
        for (const { field, value } of parsed.fields) {
          expect(field.name).toMatch(/^[!-9;-~]+$/);
          expect(value).not.toMatch(/[\0\r\n]/);
        }
      }),
    );
  });

  test('what was printed as fields is read as the same fields', () => {
    const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_-]{0,15}$/);
    const value = fc.stringMatching(/^[!-~][ -~]{0,40}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), fc.constantFrom('\n', '\r\n'), (pairs, lineEnd) => {
        const text = pairs.map((pair) => `${pair.join(': ')}${lineEnd}`).join('') + lineEnd;
        const parsed = parseScriptHead(text);
        expect(parsed.fields.map(({ field, value }) => [field.name, value])).toEqual(pairs);
        expect('rest' in parsed && parsed.rest).toBe('');
      }),
    );
  });

  test.each([
    ['bare CR in a value', 'X: a\rb', 'unsafe'],
    ['CR CR LF', 'X: a\r', 'unsafe'],
    ['NUL in a value', 'X: a\0b', 'unsafe'],
    ['space in a name', 'X Y: a', 'badName'],
    ['space before the colon', 'X : a', 'badName'],
    ['empty name', ': a', 'badName'],
    ['folded line with a colon', 'X: a\r\n b: c', 'badName'],
    ['high byte in a name', 'X\xe9: a', 'badName'],
    ['no colon', 'just words', 'malformed'],
    ['a line longer than httpd takes', `X: ${'a'.repeat(8190)}`, 'malformed'],
    ['more than 1000 fields', 'X: 1\r\n'.repeat(1001).trimEnd(), 'unsafe'],
  ])('%s is refused', (_, lines, kind) => {
    expect(parseScriptHead(`${lines}\r\n\r\n`)).toMatchObject({ kind });
  });
});
