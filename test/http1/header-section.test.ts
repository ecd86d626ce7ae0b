import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendRaw, startFront, type TestFront } from './front-harness.ts';

let gw: TestFront;

beforeAll(async () => {
  gw = await startFront(() => 0);
});
afterAll(() => gw.close());

async function statusOf(head: string): Promise<string> {
  const before = gw.seen.length;
  const answer = await sendRaw(gw.port, head, { silenceMs: 6000 });
  expect(answer.ending).toBe('closed');
  expect(gw.seen.length - before).toBe(1);
  const good = await sendRaw(gw.port, 'GET / HTTP/1.1\r\nHost: gw.test\r\nConnection: close\r\n\r\n');
  expect(good.text).toMatch(/^HTTP\/1\.1 200 /);
  return answer.text.slice(9, 12);
}

const withField = (lines: string): string =>
  `GET / HTTP/1.1\r\nHost: gw.test\r\nConnection: close\r\n${lines}\r\n`;
const withHost = (host: string): string => `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;

describe('fields', () => {
  test.each([
    ['space before the colon', 'X-A : 1\r\n'],
    ['no colon', 'NoColon\r\n'],
    ['no name', ': v\r\n'],
    ['name that is no token', 'X(A: 1\r\n'],
    ['8-bit name', 'X\xe9: 1\r\n'],
    ['control byte in the name', 'X\x01: 1\r\n'],
    ['NUL in the value', 'X: a\0b\r\n'],
    ['bare CR in the value', 'X: a\rb\r\n'],
    ['backspace in the value', 'X: a\x08\r\n'],
    ['bare LF in the section', 'X: a\nY: b\r\n'],
    ['fold without content', 'X: a\r\n \r\n'],
    ['101 fields', 'X: 1\r\n'.repeat(99)],
    ['field of 8192 bytes', `X: ${'a'.repeat(8189)}\r\n`],
    ['fields that are too long together', `X: ${'a'.repeat(4000)}\r\nX: ${'a'.repeat(4189)}\r\n`],
    ['folded field that is too long', `X: ${'a'.repeat(5000)}\r\n ${'b'.repeat(5000)}\r\n`],
    ['second Host', 'Host: gw.test\r\n'],
    ['bare LF as the last line', 'X: 1\r\n\n'],
  ])('%s is refused with 400', async (_name, lines) => {
    expect(await statusOf(withField(lines))).toBe('400');
  });

  test.each([
    ['empty value', 'X:\r\n'],
    ['8-bit value', 'X: \xe9\r\n'],
    ['tab in the value', 'X: a\tb\r\n'],
    ['100 fields', 'X: 1\r\n'.repeat(98)],
    ['field of 8191 bytes', `X: ${'a'.repeat(8188)}\r\n`],
    ['unknown upgrade', 'Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n'],
  ])('%s is served', async (_name, lines) => {
    expect(await statusOf(withField(lines))).toBe('200');
  });

  test('a fold as the first line is refused', async () => {
    expect(await statusOf('GET / HTTP/1.1\r\n Host: x\r\n\r\n')).toBe('400');
  });

  test('what made a head too big is told on the page', async () => {
    const many = await sendRaw(gw.port, withField('X: 1\r\n'.repeat(120)));
    expect(many.text).toContain("The number of request header fields exceeds this server's limit.");
    const long = await sendRaw(gw.port, withField(`X: ${'a'.repeat(9000)}\r\n`));
    expect(long.text).toContain('Size of a request header field exceeds server limit.');
  });

  test('folds, blanks and duplicates give one clean value', async () => {
    await statusOf(
      withField(
        'X-Fold: a\r\n b\r\n\tc\r\nX-D: 1\r\nx-d: 2\r\nCookie: a=1\r\ncookie: b=2\r\nX-B: \t v \t\r\n',
      ),
    );
    const { headersIn } = gw.seen.at(-2)!;
    expect(headersIn.get('x-fold')).toBe('a b c');
    expect(headersIn.getAll('X-D')).toEqual(['1, 2']);
    expect(headersIn.get('Cookie')).toBe('a=1, b=2');
    expect(headersIn.get('X-B')).toBe('v');
  });

  test('names of object members are plain names', async () => {
    await statusOf(withField('__proto__: p\r\nconstructor: c\r\ntoString: t\r\nhasOwnProperty: h\r\n'));
    const { headersIn } = gw.seen.at(-2)!;
    expect([...headersIn].slice(2)).toEqual([
      ['__proto__', 'p'],
      ['constructor', 'c'],
      ['toString', 't'],
      ['hasOwnProperty', 'h'],
    ]);
    expect(({} as Record<string, unknown>)['p']).toBeUndefined();
  });

  test('an expectation other than 100-continue fails with 417', async () => {
    expect(await statusOf(withField('Expect: banana\r\n'))).toBe('417');
  });

  test('a head that is cut off is refused', async () => {
    const answer = await sendRaw(gw.port, 'GET / HTTP/1.1\r\nHost: gw.test\r\n', { halfClose: true });
    expect(answer.text).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('Host', () => {
  test.each([
    '', 'gw.test/x', 'a@gw', 'gw#x', '../../etc', 'gw..test', 'gw:', 'gw:0', 'gw:abc', 'gw:-1', 'gw:+1', 'gw:65536',
    'gw:99999', 'gw:80:80', ':80', '[::1', '[zz::1]', '[fe80::1%25lo]', '[::1]x', '::1', 'gw\\test', 'a,b', '"gw"',
    '<script>', 'gw test', '*', '.', '..', '%41', '\xe9', '1.2.3', '1.2.3.4.5', '01.2.3.4', 'a.1', '1', 'gw: 80',
  ])('%j is refused with 400', async (host) => {
    expect(await statusOf(withHost(host))).toBe('400');
  }); // prettier-ignore

  test.each([
    ['VH2.Test.:80', 'vh2.test'],
    ['gw_test', 'gw_test'],
    ['.gw', '.gw'],
    ['1.2.3.4', '1.2.3.4'],
    ['[::1]', '::1'],
    ['[::1.2.3.4]:080', '::1.2.3.4'],
    ['a.b1', 'a.b1'],
    ['-', '-'],
    ['x'.repeat(7000), 'x'.repeat(7000)],
  ])('%.20s names a host', async (host, hostname) => {
    expect(await statusOf(withHost(host))).toBe('200');
    expect(gw.seen.at(-2)!.hostname).toBe(hostname);
  });

  test('HTTP/1.1 needs one, HTTP/1.0 does not', async () => {
    expect(await statusOf('GET / HTTP/1.1\r\nConnection: close\r\n\r\n')).toBe('400');
    expect(await statusOf('GET http://gw.test/ HTTP/1.1\r\nConnection: close\r\n\r\n')).toBe('400');
    expect(await statusOf('GET / HTTP/1.0\r\n\r\n')).toBe('200');
  });
});
