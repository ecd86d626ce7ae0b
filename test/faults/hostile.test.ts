import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { behaviours, HEAD } from '../harness/behaviours.ts';
import { exchange, type RawResponse } from '../harness/client.ts';
import { FaultySite, GOOD_BODY } from './faulty-site.ts';

const CONF = `
Timeout 4
TraceEnable Off
AllowEncodedSlashes Off
RequestReadTimeout header=2-4,MinRate=500 body=2,MinRate=500
ProxyPass "/app/" "fcgi://@APP@/app/"
<Location "/admin">
  Require all denied
</Location>
<VirtualHost *>
  ServerName gw.test
  DocumentRoot "@DIR@"
  ProxyPass "/app/" "fcgi://@APP@/app/"
  <Location "/admin">
    Require all denied
  </Location>
</VirtualHost>
<VirtualHost *>
  ServerName vh2.test
  DocumentRoot "@DIR@"
  Redirect 302 / http://elsewhere.test/
</VirtualHost>
<Directory "@DIR@">
  Require all granted
</Directory>
`;

let site: FaultySite;
beforeAll(async () => {
  site = await FaultySite.start(
    {
      ...behaviours,
      params: (talk) => {
        const shown = [...talk.params].filter(([name]) => /^(?:HTTP_|REMOTE_USER|PHP_|HTTPS)/.test(name));
        talk.out(`${HEAD}${JSON.stringify(Object.fromEntries(shown))}`).finish();
      },
    },
    CONF,
  );
});
afterAll(() => site?.stop());

async function send(bytes: string, method = 'GET'): Promise<readonly RawResponse[]> {
  return (await exchange(site.port, [{ kind: 'bytes', bytes }, { kind: 'finish' }], [method])).responses;
}

async function expectGood(): Promise<void> {
  const answer = await site.ask('/app/good');
  expect(answer.statusLine).toBe('HTTP/1.1 200 OK');
  expect(answer.body).toMatch(GOOD_BODY);
}

/** One answer, no byte for the application, and the gateway serves on. */
async function expectRefused(bytes: string, status: RegExp, method?: string): Promise<void> {
  const { requests } = site.responder;
  const answers = await send(bytes, method);
  expect(answers.map(({ statusLine }) => statusLine)).toEqual([expect.stringMatching(status)]);
  expect(site.responder.requests).toBe(requests);
  await expectGood();
}

const H = 'Host: gw.test\r\n';
const get = (target: string): string => `GET ${target} HTTP/1.1\r\n${H}\r\n`;
const withHead = (lines: string): string => `GET /app/x HTTP/1.1\r\n${H}${lines}\r\n`;

describe('request lines', () => {
  test.each<readonly [id: string, bytes: string, status: RegExp]>([
    ['R1 over-long', get(`/?${'a'.repeat(9000)}`), / 414 /],
    ['R2 endless', `GET /${'a'.repeat(70_000)}`, / 414 /],
    ['R3 bare LF', `GET /app/x HTTP/1.1\nHost: gw.test\r\n\r\n`, / 400 /],
    ['R3 bare CR', `GET /app/x HTTP/1.1\rHost: gw.test\r\n\r\n`, / 400 /],
    ['R4 eleven empty lines', `${'\r\n'.repeat(11)}${get('/app/x')}`, / 400 /],
    ['R5 two spaces', `GET  /app/x HTTP/1.1\r\n${H}\r\n`, / 400 /],
    ['R5 a tab', `GET\t/app/x HTTP/1.1\r\n${H}\r\n`, / 400 /],
    ['R5 a leading space', ` GET /app/x HTTP/1.1\r\n${H}\r\n`, / 400 /],
    ['R5 a trailing space', `GET /app/x HTTP/1.1 \r\n${H}\r\n`, / 400 /],
    ['R5 a fourth word', `GET /app/x HTTP/1.1 X\r\n${H}\r\n`, / 400 /],
    ['R6 0.9 with head and body', 'GET /app/x\nHost: a\r\nContent-Length: 5\r\n\r\nhello', / 400 /],
    ['R7 HTTP/1.1x', `GET /app/x HTTP/1.1x\r\n${H}\r\n`, / 400 /],
    ['R7 HTTP/1.10', `GET /app/x HTTP/1.10\r\n${H}\r\n`, / 400 /],
    ['R7 http/1.1', `GET /app/x http/1.1\r\n${H}\r\n`, / 400 /],
    ['R8 HTTP/2.0', `GET /app/x HTTP/2.0\r\n${H}\r\n`, / 505 /],
    ['R9 NUL', get('/app/\0x'), / 400 /],
    ['R9 0x01', get('/app/\x01x'), / 400 /],
    ['R9 0x7f', get('/app/\x7fx'), / 400 /],
    ['R10 a byte above 0x7f', get('/caf\xe9'), / 404 /],
    ['R11 GE(T', `GE(T / HTTP/1.1\r\n${H}\r\n`, / 400 /],
    ['R11 __proto__', `__proto__ / HTTP/1.1\r\n${H}\r\n`, / 501 /],
    ['R11 a long one', `${'A'.repeat(9000)} / HTTP/1.1\r\n${H}\r\n`, / 414 /],
    ['R12 TRACE', `TRACE /app/x HTTP/1.1\r\n${H}X-Secret: s\r\n\r\n`, / 405 /],
    ['R13 CONNECT', `CONNECT 127.0.0.1:1 HTTP/1.1\r\n${H}\r\n`, / 405 /],
    ['R14 an absolute target names the host', `GET http://vh2.test/x HTTP/1.1\r\n${H}\r\n`, / 302 /],
    ['R15 *', get('*'), / 400 /],
    ['R15 no slash', get('index.html'), / 400 /],
    ['R15 a fragment', get('/#x'), / 400 /],
    ['R15 user information', get('http://u:p@gw.test/'), / 400 /],
    ['R16 TLS', '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03', / 400 /],
    ['R16 HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', / (?:400|505) /],
  ])('%s', async (id, bytes, status) => {
    await expectRefused(bytes, status, id.startsWith('R11 _') ? '__proto__' : 'GET');
  });

  test('R4 ten empty lines before a request are skipped', async () => {
    const [answer] = await send(`${'\r\n'.repeat(10)}${get('/app/x')}`);
    expect(answer?.body).toMatch(GOOD_BODY);
  });
});

describe('header sections', () => {
  const fields = (count: number): string =>
    Array.from({ length: count }, (_, index) => `X-${index}: y\r\n`).join('');

  test.each<readonly [id: string, bytes: string, status: RegExp]>([
    ['H2 a fold first', `GET /app/x HTTP/1.1\r\n Host: x\r\n${H}\r\n`, / 400 /],
    ['H3 a space before the colon', withHead('X-A : 1\r\n'), / 400 /],
    ['H3 no colon', withHead('NoColon\r\n'), / 400 /],
    ['H3 no name', withHead(': v\r\n'), / 400 /],
    ['H3 a bracket in the name', withHead('X(A: 1\r\n'), / 400 /],
    ['H3 a byte above 0x7f in the name', withHead('X-\xe9: 1\r\n'), / 400 /],
    ['H4 NUL', withHead('X-A: a\0b\r\n'), / 400 /],
    ['H4 bare CR', withHead('X-A: a\rb\r\n'), / 400 /],
    ['H4 0x08', withHead('X-A: a\x08b\r\n'), / 400 /],
    ['H5 bare LF', withHead('X-A: a\n'), / 400 /],
    ['H6 101 fields', withHead(fields(100)), / (?:400|431) /],
    ['H7 a line of 8192 bytes', withHead(`X-A: ${'a'.repeat(8187)}\r\n`), / (?:400|431) /],
    ['H20 an unknown expectation', withHead('Expect: banana\r\n'), / 417 /],
    ['H22 cut off', `GET /app/x HTTP/1.1\r\n${H}X-A: 1\r\n`, / 400 /],
    [
      'M1 two framings',
      `POST /app/x HTTP/1.1\r\n${H}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      / 400 /,
    ],
    [
      'M5 chunks in HTTP/1.0',
      `POST /app/x HTTP/1.0\r\n${H}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      / 400 /,
    ],
    [
      'M7 two lengths',
      `POST /app/x HTTP/1.1\r\n${H}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`,
      / 400 /,
    ],
  ])('%s', async (_, bytes, status) => {
    await expectRefused(bytes, status, bytes.startsWith('POST') ? 'POST' : 'GET');
  });

  test('H6 H9 a hundred fields of 8000 bytes are served, and leave no memory behind', async () => {
    const head = Array.from({ length: 95 }, (_, index) => `X-${index}: ${'h'.repeat(7990)}\r\n`).join('');
    for (let next = 0; next < 5; next += 1) {
      const answer = await site.ask('/app/x', { more: head });
      expect(answer.statusLine).toContain(' 200 ');
    }
    await expectGood();
  });

  async function paramsOf(lines: string): Promise<Record<string, string>> {
    const answer = await site.ask('/app/x?do=params', { more: lines });
    await expectGood();
    return JSON.parse(answer.body) as Record<string, string>;
  }

  test('H1 H10 folds and repeated fields become one parameter each', async () => {
    const params = await paramsOf(
      'X-Fold: a\r\n b\r\n\tc\r\nX-D: 1\r\nx-d: 2\r\nX-d: 3\r\nCookie: a=1\r\nCookie: b=2\r\n',
    );
    expect(params).toMatchObject({ HTTP_X_FOLD: 'a b c', HTTP_X_D: '1, 2, 3', HTTP_COOKIE: 'a=1, b=2' });
  });

  test('H11 to H15 what a client sends reaches nothing but HTTP_ names', async () => {
    const params = await paramsOf(
      'Proxy: http://evil/\r\nX-Forwarded-For: 1.1.1.1\r\nX_Forwarded_For: 6.6.6.6\r\nContent_Length: 99\r\nRemote-User: root\r\nPHP-VALUE: x=1\r\nHttps: on\r\nAuthorization: Basic eDp5\r\n__proto__: p\r\nconstructor: c\r\nhasOwnProperty: h\r\n',
    );
    expect(Object.keys(params).sort()).toEqual([
      'HTTP_CONSTRUCTOR',
      'HTTP_HASOWNPROPERTY',
      'HTTP_HOST',
      'HTTP_HTTPS',
      'HTTP_PHP_VALUE',
      'HTTP_REMOTE_USER',
      'HTTP_X_FORWARDED_FOR',
    ]);
    expect(params['HTTP_X_FORWARDED_FOR']).toBe('1.1.1.1');
  });

  test('H21 an upgrade nobody configured is not made', async () => {
    const [answer, ...others] = await send(
      withHead('Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n'),
    );
    expect(answer?.statusLine).toBe('HTTP/1.1 200 OK');
    expect(others).toEqual([]);
    await expectGood();
  });
});

describe('hosts', () => {
  const hosted = (host: string): string => `GET /app/x HTTP/1.1\r\n${host}\r\n`;

  test.each([
    '',
    'Host:\r\n',
    `${H}${H}`,
    ...[
      'gw.test/x',
      'gw test',
      'a@gw',
      'gw#x',
      '../../etc',
      'gw..test',
      'gw:abc',
      'gw:-1',
      'gw:99999',
      'gw:80:80',
      '[::1',
      '[zz::1]',
      'gw\\test',
      'a,b',
      '"gw"',
      '<script>',
    ].map((host) => `Host: ${host}\r\n`),
  ])('V1 V3 %j is refused', async (host) => {
    await expectRefused(hosted(host), / 400 /);
  });

  test('V2 V4 V5 V6 odd names that are none the less names', async () => {
    for (const host of ['GW.Test.:80', 'gw_test', 'unknown.test', '[::1]:80'])
      expect((await send(hosted(`Host: ${host}\r\n`)))[0]?.body).toMatch(GOOD_BODY);
    expect((await send('GET /app/x HTTP/1.0\r\n\r\n'))[0]?.body).toMatch(GOOD_BODY);
    expect((await send(hosted(`Host: ${'a'.repeat(7000)}\r\n`)))[0]?.statusLine).toMatch(/ (?:200|400) /);
    expect((await send(hosted('Host: VH2.Test.:80\r\n').replace('/app/', '/')))[0]?.statusLine).toContain(
      ' 302 ',
    );
    await expectGood();
  });
});

describe('paths', () => {
  test.each<readonly [id: string, target: string, status: RegExp]>([
    ['P1 above the root', '/../x', / 400 /],
    ['P1 encoded', '/%2e%2e/x', / 400 /],
    ['P1 many', `/${'../'.repeat(500)}x`, / 400 /],
    ['P2 CVE-2021-42013', '/files/.%%32%65/x', / 400 /],
    ['P3 an encoded slash', '/app%2fx', / 404 /],
    ['P4 encoded twice', '/%252e%252e/x', / 404 /],
    ['P6 NUL', '/app/x%00', / (?:404|400) /],
    ['P7 a bad escape', '/app/%zz', / 400 /],
    ['P9 doubled slashes', '//admin/x', / 403 /],
    ['P9 dots', '/app/../admin/x', / 403 /],
    ['P9 encoded', '/%61dmin/x', / 403 /],
    ['P9 absolute', 'http://gw.test/admin/x', / 403 /],
    ['P11 .htpasswd', '/.htpasswd', / 40[34] /],
    ['P19 a long name', `/${'n'.repeat(300)}`, / 40[34] /],
    ['P19 a deep path', `/${'d/'.repeat(3000)}`, / (?:403|404|414) /],
    ['P21 pages nobody asked for', '/server-status', / 404 /],
  ])('%s', async (_, target, status) => {
    await expectRefused(get(target), status);
  });

  test('P22 pages repeat nothing of a request unescaped', async () => {
    const [answer] = await send(get('/nope/<script>alert(1)</script>'));
    expect(answer?.statusLine).toContain(' 404 ');
    expect(answer?.body).not.toContain('<script>');
    await expectGood();
  });
});

test('the gateway has made no protocol error, and lives', () => {
  expect(site.responder.protocolErrors).toEqual([]);
  expect(site.isAlive).toBe(true);
});
