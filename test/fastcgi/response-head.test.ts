import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { HeadScanner, parseHead, type HeadResult } from '../../src/fastcgi/response-head.ts';

function scan(pieces: readonly string[]): { readonly result: HeadResult; readonly body: string } {
  const scanner = new HeadScanner();
  let body: string | undefined;
  for (const piece of pieces) {
    const slice = Buffer.from(piece, 'latin1');
    if (body !== undefined) body += slice.toString('latin1');
    else body = scanner.push(slice)?.toString('latin1');
  }
  return { result: scanner.finish(), body: body ?? '' };
}

function cutAt(text: string, cuts: readonly number[]): readonly string[] {
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((start, index) => text.slice(start, places[index] ?? text.length));
}

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
      }),
    );
  });

  test('any bytes give a result, and a usable one holds no control character', () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array).toString('latin1'));
    fc.assert(
      fc.property(bytes, (text) => {
        const { result } = scan([`A: ${text}\n\n`]);
        if (result.kind === 'failure') return;
        for (const [name, value] of result.fields) {
          expect(name).toMatch(/^[!-~]+$/);
          expect(value).not.toMatch(/[\0-\x08\n-\x1f\x7f]/);
        }
      }),
    );
  });

  test.each([
    ['CRLF', 'A: 1\r\nB: 2\r\n\r\nbody', 'body'],
    ['LF', 'A: 1\nB: 2\n\nbody', 'body'],
    ['no body', 'A: 1\nB: 2\n\n', ''],
  ])('ends at an empty line: %s', (_, output, body) => {
    expect(scan([output])).toEqual({
      result: {
        kind: 'head',
        fields: [
          ['A', '1'],
          ['B', '2'],
        ],
        status: undefined,
        statusLine: undefined,
      },
      body,
    });
  });

  test('an empty line at the very start is an empty block', () => {
    expect(scan(['\n\nbody'])).toMatchObject({ result: { kind: 'head', fields: [] }, body: 'body' });
  });

  test.each([
    ['nothing at all', ''],
    ['no empty line', 'Content-Type: text/plain\r\n'],
    ['CRLF LF', 'A: 1\r\n\nbody'],
    ['text without headers', 'hello'],
  ])('output without a block is a bad gateway: %s', (_, output) => {
    expect(scan([output]).result).toMatchObject({ kind: 'failure', status: 502 });
  });
});

describe('fields', () => {
  test.each([
    ['Status: 404 Nope', 404, '404 Nope'],
    ['status:404', 404, undefined],
    ['STATUS: 200x', 200, undefined],
    ['Status: 503 ', 503, undefined],
  ])('%s', (line, status, statusLine) => {
    expect(parseHead(`${line}\r\n\r\n`)).toMatchObject({ kind: 'head', fields: [], status, statusLine });
  });

  test.each(['abc', '99999', '-1', '', '42', '099', '600', '100', '101 Switching Protocols'])(
    'a status that no client may get is refused: %j',
    (value) => {
      expect(parseHead(`Status: ${value}\n\n`)).toMatchObject({ kind: 'failure', status: 502 });
    },
  );

  test.each([
    ['bare CR in a value', 'X: a\rb', 502],
    ['bare CR in a reason', 'Status: 200 O\rX: 1', 502],
    ['CR CR LF', 'X: a\r', 502],
    ['NUL in a value', 'X: a\0b', 502],
    ['control byte in a value', 'X: a\x01', 502],
    ['DEL in a value', 'X: a\x7f', 502],
    ['space in a name', 'X Y: a', 500],
    ['space before the colon', 'X : a', 500],
    ['bracket in a name', 'X(: a', 500],
    ['empty name', ': a', 500],
    ['folded line', 'X: a\r\n b: c', 500],
    ['no colon', 'just words', 500],
    ['high byte in a name', 'X\xe9: a', 500],
  ])('%s fails', (_, lines, status) => {
    expect(parseHead(`${lines}\r\n\r\n`)).toMatchObject({ kind: 'failure', status, number: 'AH01070' });
  });

  test('kept as sent: order, case, repeated Set-Cookie, TAB, high bytes, odd names', () => {
    const fields = [
      ['Set-Cookie', 'a=1'],
      ['X-t', 'a\tb\xe9'],
      ['set-cookie', 'b=2'],
      ['__proto__', 'x'],
      ['Empty', ''],
    ] as const;
    const text = fields.map(([name, value]) => `${name}: ${value}\n`).join('');
    expect(parseHead(`${text}\n`)).toMatchObject({ kind: 'head', fields });
  });
});

describe('limits', () => {
  test('a header block that never ends fails as soon as 256 KiB are passed', () => {
    const scanner = new HeadScanner();
    const line = Buffer.from(`X: ${'a'.repeat(1000)}\n`);
    let pushed = 0;
    while (scanner.result === undefined && pushed < 1_000_000) {
      scanner.push(line);
      pushed += line.length;
    }
    expect(scanner.result).toMatchObject({ kind: 'failure', status: 502 });
    expect(pushed).toBeLessThan(262_144 + 2 * line.length);
  });

  test.each([
    ['a line of more than 64 KiB', `X: ${'a'.repeat(65_536)}\n\n`],
    ['more than 1000 fields', `${'X: 1\n'.repeat(1001)}\n`],
  ])('%s', (_, text) => {
    expect(parseHead(text)).toMatchObject({ kind: 'failure', status: 502 });
  });

  test('1000 fields, and a value of 60 KiB, are served', () => {
    expect(parseHead(`${'X: 1\n'.repeat(999)}Y: ${'a'.repeat(61_440)}\n\n`)).toMatchObject({ kind: 'head' });
  });
});
