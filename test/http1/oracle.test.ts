import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../harness/free-port.ts';
import { isApacheInstalled, startServer, type RunningServer } from '../harness/servers.ts';
import { sendRaw, serveFiles, startFront, type TestFront } from './front-harness.ts';

/** The running apache2 and the front answer the same bytes, byte for byte but for what follows the clock. */
describe.runIf(isApacheInstalled())('the same raw answer as the installed apache2', () => {
  let root: string;
  let httpd: RunningServer;
  let httpdPort: number;
  let gw: TestFront;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'gateway-oracle-'));
    const docroot = join(root, 'docroot');
    chmodSync(root, 0o755);
    mkdirSync(docroot);
    write(join(docroot, 'index.html'), 'hello world\n');
    write(join(docroot, 't.txt'), '0123456789\n');
    write(join(docroot, 'empty.txt'), '');
    write(join(docroot, 'big.bin'), 'b'.repeat(102_400));
    httpdPort = await freePort();
    const config = join(root, 'httpd.conf');
    const errorLog = join(root, 'error.log');
    writeFileSync(config, configOf(root, docroot, httpdPort, errorLog));
    httpd = await startServer('httpd', config, httpdPort, errorLog);
    gw = await startFront(serveFiles(docroot), { allows09: true, keepAliveTimeoutMs: 1000 });
  });
  afterAll(async () => {
    await httpd?.stop();
    await gw?.close();
    rmSync(root, { recursive: true });
  });

  async function compare(bytes: string, halfClose = false): Promise<void> {
    const options = { silenceMs: 6000, halfClose };
    const [theirs, ours] = await Promise.all([
      sendRaw(httpdPort, bytes, options),
      sendRaw(gw.port, bytes, options),
    ]);
    expect({ text: normalize(ours.text), ending: ours.ending }).toEqual({
      text: normalize(theirs.text),
      ending: theirs.ending,
    });
    expect(theirs.text, 'httpd answered').not.toBe('');
  }

  const CLOSE = 'Connection: close\r\n';
  const request = (method: string, target: string, fields = CLOSE): string =>
    `${method} ${target} HTTP/1.1\r\nHost: gw.test\r\n${fields}\r\n`;

  test.each([
    ['GET', '/t.txt', ''],
    ['HEAD', '/t.txt', ''],
    ['HEAD', '/empty.txt', ''],
    ['HEAD', '/nope', ''],
    ['POST', '/t.txt', 'Content-Length: 3\r\n'],
    ['PUT', '/t.txt', 'Content-Length: 3\r\n'],
    ['FOOBAR', '/t.txt', ''],
    ['OPTIONS', '/t.txt', ''],
    ['OPTIONS', '*', ''],
    ['TRACE', '/t.txt', 'X-A: 1\r\nx-a: 2\r\nCookie: a\r\nCookie: b\r\nX-F:  v \r\nX-G: a\r\n\tb\r\n'],
    ['TRACE', '/t.txt', 'Content-Length: 3\r\n'],
    ['CONNECT', 'h:80', ''],
    ['GET', '/nope', ''],
    ['GET', '/#x', ''],
    ['GET', '/t.txt', 'Expect: banana\r\n'],
    ['GET', '/t.txt', 'Expect: 100-continue\r\n'],
    ['GET', '/t.txt', 'Range: bytes=2-4\r\n'],
    ['GET', '/t.txt', 'Range: bytes=0-1,4-5\r\n'],
    ['GET', '/t.txt', 'Range: bytes=50-\r\n'],
    ['HEAD', '/t.txt', 'Range: bytes=2-4\r\n'],
    ['GET', '/t.txt', 'If-None-Match: *\r\n'],
    ['GET', '/t.txt', 'If-Match: "x"\r\n'],
    ['HEAD', '/t.txt', 'If-Match: "x"\r\n'],
    ['GET', '/t.txt', 'Content-Length: x\r\n'],
    ['GET', '/t.txt', 'Transfer-Encoding: xchunked\r\n'],
    ['GET', '/t.txt', 'X(a: 1\r\n'],
    ['GET', '/t.txt', 'X: 1\r\n'.repeat(101)],
    ['GET', '/t.txt', `X: ${'a'.repeat(9000)}\r\n`],
    ['GET', `/${'a'.repeat(9000)}`, ''],
  ])('%s %.20s %.40j', async (method, target, fields) => {
    const body = fields.startsWith('Content-Length: 3') ? 'abc' : '';
    await compare(request(method, target, CLOSE + fields) + body);
  });

  test.each([
    ['kept and closed', request('GET', '/t.txt', 'Connection: keep-alive\r\n') + request('GET', '/t.txt')],
    ['kept until it times out', request('GET', '/t.txt', '')],
    ['HTTP/1.0', 'GET /t.txt HTTP/1.0\r\n\r\n'],
    ['HTTP/1.0 kept', 'GET /t.txt HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n'],
    ['HTTP/1.0 with a range', 'GET /t.txt HTTP/1.0\r\nRange: bytes=2-3\r\nConnection: keep-alive\r\n\r\n'],
    ['HTTP/0.9', 'GET /t.txt\r\n'],
    [
      'errors kept',
      request('GET', '/nope', '') +
        request('PUT', '/t.txt', 'Transfer-Encoding: chunked\r\n') +
        '1\r\na\r\n0\r\n\r\n' +
        request('GET', '/t.txt'),
    ],
    ['416 kept', request('GET', '/t.txt', 'Range: bytes=50-\r\n') + request('GET', '/t.txt')],
    ['broken chunk', request('POST', '/t.txt', 'Transfer-Encoding: chunked\r\n') + 'zz\r\n'],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    ['bad host', 'GET / HTTP/1.1\r\nHost: a..b\r\n\r\n'],
    ['two spaces', 'GET  / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['ten blank lines', '\r\n'.repeat(10) + request('GET', '/t.txt')],
    ['eleven blank lines', '\r\n'.repeat(11) + request('GET', '/t.txt')],
  ])('%s', async (_name, bytes) => {
    await compare(bytes);
  });

  test('a head cut off', async () => {
    await compare('GET / HTTP/1.1\r\nHost: a\r\n', true);
  });

  const ranges = [
    '0-', '-3', '-0', '-100', '5-1', '0-1,3-4,20-30', '4-5,0-1', '0-1,2-3', 'x', ' 1-2', '1- 2', '1-2,', ',1-2', '20-30,1-2',
    '0-5,3-8', '5-8,3-6,1-4', '9-', '11-', '99999999999999999999-', '0-,'.repeat(50),
    Array.from({ length: 21 }, (_, i) => `${i}-${i + 1}`).join(','), Array.from({ length: 22 }, (_, i) => `${i}-${i + 1}`).join(','),
    Array.from({ length: 30 }, (_, i) => `${1000 - 10 * i}-${1001 - 10 * i}`).join(','),
    Array.from({ length: 201 }, (_, i) => `${10 * i}-${10 * i}`).join(','),
  ]; // prettier-ignore
  test.each(ranges)('range %.40s', async (range) => {
    await compare(request('GET', '/t.txt', `${CLOSE}Range: bytes=${range}\r\n`));
    await compare(request('GET', '/big.bin', `${CLOSE}Range: bytes=${range}\r\n`));
  });

  const etag = '"b-59b08c1fa4000"';
  const date = 'Wed, 01 Jan 2020 00:00:00 GMT';
  const conditions = [
    `If-None-Match: ${etag}`, `If-None-Match: W/${etag}`, `If-None-Match: "x", ${etag}`, 'If-None-Match:', 'If-Match:', 'If-Match: *',
    `If-None-Match: ${etag}\r\nIf-Modified-Since: Tue, 31 Dec 2019 00:00:00 GMT`, `If-Modified-Since: ${date}`,
    `If-Modified-Since: ${date}; length=11`, 'If-Modified-Since: Thu, 02 Jan 2020 00:00:00 GMT', 'If-Modified-Since: junk',
    'If-Unmodified-Since: Tue, 31 Dec 2019 00:00:00 GMT', `If-Range: ${etag}\r\nRange: bytes=1-2`, `If-Range: W/${etag}\r\nRange: bytes=1-2`,
    `If-Range: ${date}\r\nRange: bytes=1-2`, 'If-Range: Thu, 02 Jan 2020 00:00:00 GMT\r\nRange: bytes=1-2',
    `If-None-Match: W/${etag}\r\nRange: bytes=1-2`, `If-None-Match: ${etag}\r\nRange: bytes=1-2`, `If-Match: "x"\r\nIf-None-Match: ${etag}`,
  ]; // prettier-ignore
  test.each(conditions)('%s', async (fields) => {
    for (const method of ['GET', 'HEAD', 'POST'])
      await compare(request(method, '/t.txt', `${CLOSE}${fields}\r\n`));
  });
});

function write(path: string, content: string): void {
  writeFileSync(path, content, 'latin1');
  utimesSync(path, Date.UTC(2020, 0, 1) / 1000, Date.UTC(2020, 0, 1) / 1000);
}

/** What differs between two runs of one server: the clock, and the order of a hash table. */
/** What follows the clock or chance is made equal: a boundary is a random number in hex, one to sixteen digits. */
function normalize(text: string): string {
  const plain = text
    .replace(/Date: [^\r]*/g, 'Date: now')
    .replace(/Allow: [^\r]*/g, (line) => `Allow: ${line.slice(7).split(',').sort().join()}`);
  const boundary = /boundary=([0-9a-f]{1,16})\r/.exec(plain)?.[1];
  if (boundary === undefined) return plain;
  return plain
    .replaceAll(boundary, 'BOUNDARY')
    .replace(/Content-Length: \d+/, 'Content-Length: <follows the boundary>');
}

function configOf(root: string, docroot: string, port: number, errorLog: string): string {
  return `ServerRoot "${root}"
PidFile "${root}/httpd.pid"
DefaultRuntimeDir "${root}"
Listen 127.0.0.1:${port}
ServerName gw.test
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule dir_module /usr/lib/apache2/modules/mod_dir.so
User #${process.getuid!() || 65534}
DocumentRoot "${docroot}"
ErrorLog "${errorLog}"
ServerTokens Prod
KeepAliveTimeout 1
<Directory "/">
  Require all granted
  ForceType text/plain
</Directory>
`;
}
