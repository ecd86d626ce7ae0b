import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendRaw, startFront, type TestFront } from './front-harness.ts';

let gw: TestFront;

beforeAll(async () => {
  gw = await startFront((req) => {
    req.output.write(`seen ${req.unparsedUri}`);
    return 0;
  });
});
afterAll(() => gw.close());

const HEADERS = 'Host: gw.test\r\nConnection: close\r\n\r\n';

/** Status of the only answer to these bytes; then a good request must be served. */
async function statusOf(bytes: string): Promise<string> {
  const before = gw.seen.length;
  const answer = await sendRaw(gw.port, bytes, { silenceMs: 6000 });
  expect(answer.ending).toBe('closed');
  expect(gw.seen.length - before, 'requests seen').toBe(1);
  expect(answer.text.match(/HTTP\/1\.1 \d/g)).toHaveLength(1);
  const good = await sendRaw(gw.port, `GET /good HTTP/1.1\r\n${HEADERS}`);
  expect(good.text).toContain('200 OK');
  return answer.text.slice(9, 12);
}

describe('request line', () => {
  test.each([
    ['two spaces', 'GET  / HTTP/1.1'],
    ['leading space', ' GET / HTTP/1.1'],
    ['trailing space', 'GET / HTTP/1.1 '],
    ['a fourth word', 'GET / HTTP/1.1 X'],
    ['a tab', 'GET\t/ HTTP/1.1'],
    ['no version', 'GET /'],
    ['version with a tail', 'GET / HTTP/1.1x'],
    ['two-digit minor version', 'GET / HTTP/1.10'],
    ['lower-case protocol', 'GET / http/1.1'],
    ['HTTP/0.9 spelled out', 'GET / HTTP/0.9'],
    ['another protocol', 'GET / FOO/1.1'],
    ['NUL', 'GET /\0 HTTP/1.1'],
    ['control byte', 'GET /\x01 HTTP/1.1'],
    ['DEL', 'GET /\x7f HTTP/1.1'],
    ['bare CR', 'GET /\r HTTP/1.1'],
    ['method that is no token', 'GE(T / HTTP/1.1'],
    ['method with markup', 'A<b> / HTTP/1.1'],
    ['asterisk with GET', 'GET * HTTP/1.1'],
    ['relative target', 'GET index.html HTTP/1.1'],
    ['fragment', 'GET /#x HTTP/1.1'],
    ['fragment in the query', 'GET /?a#x HTTP/1.1'],
    ['user information', 'GET http://u:p@h/ HTTP/1.1'],
    ['another scheme', 'GET ftp://gw.test/ HTTP/1.1'],
    ['authority with GET', 'GET gw.test:80 HTTP/1.1'],
    ['authority that is no host', 'GET http://gw..test/ HTTP/1.1'],
    ['CONNECT to a path', 'CONNECT / HTTP/1.1'],
    ['@canary', 'GET @canary/ HTTP/1.1'],
    ['HTTP/2 preface', 'PRI * HTTP/2.0'],
  ])('%s is refused with 400', async (_name, line) => {
    expect(await statusOf(`${line}\r\n${HEADERS}`)).toBe('400');
  });

  test.each([
    ['version 1.2', 'GET / HTTP/1.2', '200'],
    ['version 1.0', 'GET / HTTP/1.0', '200'],
    ['another major version', 'GET / HTTP/2.0', '505'],
    ['8-bit bytes', 'GET /caf\xe9 HTTP/1.1', '200'],
    ['absolute form', 'GET http://vh2.test/x HTTP/1.1', '200'],
    ['absolute form without a path', 'GET http://vh2.test HTTP/1.1', '200'],
    ['upper-case scheme', 'GET HTTP://vh2.test/ HTTP/1.1', '200'],
    ['OPTIONS *', 'OPTIONS * HTTP/1.1', '200'],
    ['CONNECT to an authority', 'CONNECT h:80 HTTP/1.1', '405'],
    ['unknown method', '__proto__ / HTTP/1.1', '200'],
    ['8191 bytes', `GET /${'a'.repeat(8191 - 14)} HTTP/1.1`, '200'],
    ['8192 bytes', `GET /${'a'.repeat(8192 - 14)} HTTP/1.1`, '414'],
    ['9000-byte method', `${'A'.repeat(9000)} / HTTP/1.1`, '414'],
  ])('%s is answered as httpd does', async (_name, line, status) => {
    expect(await statusOf(`${line}\r\n${HEADERS}`)).toBe(status);
  });

  test('an endless line is refused without its end, and without being kept', async () => {
    const answer = await sendRaw(gw.port, [`GET /${'a'.repeat(5000)}`, 'b'.repeat(4000)], {
      silenceMs: 1000,
    });
    expect(answer.text).toMatch(/^HTTP\/1\.1 414 /);
    expect(answer.ending).toBe('closed');
  });

  test.each([
    [1, '200'],
    [10, '200'],
    [11, '400'],
  ])('%i blank lines before a request', async (count, status) => {
    expect(await statusOf(`${'\r\n'.repeat(count)}GET / HTTP/1.1\r\n${HEADERS}`)).toBe(status);
  });

  test('bare LF ends no line', async () => {
    expect(await statusOf('GET / HTTP/1.1\nHost: gw.test\n\n')).toBe('400');
    expect(await statusOf('GET /x\nHost: a\r\nContent-Length: 5\r\n\r\nhello')).toBe('400');
  });

  test('a TLS hello is refused at once', async () => {
    expect(await statusOf('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03')).toBe('400');
  });

  test('the host of an absolute target replaces the Host header', async () => {
    await sendRaw(gw.port, 'GET http://VH2.test:81/x HTTP/1.1\r\nHost: gw.test\r\nConnection: close\r\n\r\n');
    const req = gw.seen.at(-1)!;
    expect(req.hostname).toBe('vh2.test');
    expect(req.hostPort).toBe(81);
    expect(req.headersIn.get('host')).toBe('vh2.test:81');
  });
});

test('HTTP/0.9 gets a bare body where the config allows it', async () => {
  const old = await startFront((req) => (req.output.write('bare'), 0), { allows09: true });
  try {
    expect(await sendRaw(old.port, 'GET /\r\n')).toEqual({ text: 'bare', ending: 'closed' });
    expect((await sendRaw(old.port, 'POST /\r\n')).text).toMatch(/^HTTP\/1\.1 400 /);
  } finally {
    await old.close();
  }
});

test('only registered methods pass where the config says so', async () => {
  const strict = await startFront(() => 0, { lenientMethods: false, registeredMethods: ['BREW'] });
  try {
    expect((await sendRaw(strict.port, `FOOBAR / HTTP/1.1\r\n${HEADERS}`)).text).toMatch(/^HTTP\/1\.1 501 /);
    expect((await sendRaw(strict.port, `BREW / HTTP/1.1\r\n${HEADERS}`)).text).toMatch(/^HTTP\/1\.1 200 /);
    expect((await sendRaw(strict.port, `PATCH / HTTP/1.1\r\n${HEADERS}`)).text).toMatch(/^HTTP\/1\.1 200 /);
  } finally {
    await strict.close();
  }
});
