import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { coreModule } from '../../src/modules/core/index.ts';
import type { CoreDirConfig } from '../../src/modules/core/config.ts';
import { effectiveOptions, OPT } from '../../src/modules/core/options.ts';
import { DirConfig } from '../../src/pipeline/dir-config.ts';
import { sendRaw, serveFiles, startFront, type TestFront } from './front-harness.ts';

const OLD = Date.UTC(2020, 0, 1) / 1000;
let root: string;
let gw: TestFront;
let config: CoreDirConfig = {};

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'gateway-files-'));
  write('a.txt', '0123456789\n');
  write('empty.txt', '');
  write('medium.bin', 'm'.repeat(100_000));
  write('big.bin', 'b'.repeat(3_000_000));
  mkdirSync(join(root, 'dir'));
  execFileSync('mkfifo', [join(root, 'fifo')]);
  symlinkSync('a.txt', join(root, 'link'));
  const serve = serveFiles(root);
  gw = await startFront((req) => {
    const values = [...req.server.dirDefaults.values];
    values[coreModule.slot] = config;
    req.dirConfig = new DirConfig(values, [], []);
    req.mayFollowLinks = (effectiveOptions(config.options) & OPT.FollowSymLinks) !== 0;
    if (req.unparsedUri === '/a.txt/more') {
      const answer = serve(Object.assign(req, { unparsedUri: '/a.txt', pathInfo: '/more' }));
      return answer;
    }
    return serve(req);
  });
});
afterAll(async () => {
  await gw.close();
  rmSync(root, { recursive: true });
});
beforeEach(() => {
  config = {};
});

function write(name: string, content: string, seconds = OLD): void {
  writeFileSync(join(root, name), content, 'latin1');
  utimesSync(join(root, name), seconds, seconds);
}

async function ask(
  method: string,
  path: string,
  fields = '',
): Promise<{ head: string; body: string; status: string }> {
  const bytes = `${method} ${path} HTTP/1.1\r\nHost: gw.test\r\nConnection: close\r\n${fields}\r\n`;
  const { text } = await sendRaw(gw.port, bytes);
  const end = text.indexOf('\r\n\r\n');
  return { head: text.slice(0, end + 2), body: text.slice(end + 4), status: text.slice(9, 12) };
}

test('a file is sent with its date, tag and length, in httpd’s order', async () => {
  const { head, body } = await ask('GET', '/a.txt');
  expect(head.replace(/Date: .*?\r\n/, '')).toBe(
    'HTTP/1.1 200 OK\r\nServer: Apache\r\nLast-Modified: Wed, 01 Jan 2020 00:00:00 GMT\r\n' +
      'ETag: "b-59b08c1fa4000"\r\nAccept-Ranges: bytes\r\nContent-Length: 11\r\nConnection: close\r\nContent-Type: text/plain\r\n',
  );
  expect(body).toBe('0123456789\n');
});

test.each([
  ['HEAD', '/a.txt', '200', ''],
  ['POST', '/a.txt', '200', '0123456789\n'],
  ['GET', '/empty.txt', '200', ''],
  ['OPTIONS', '/a.txt', '200', ''],
])('%s %s', async (method, path, status, body) => {
  expect(await ask(method, path)).toMatchObject({ status, body });
});

test.each([
  ['GET', '/nope', '404', 'AH00128'],
  ['GET', '/dir', '404', 'AH00129'],
  ['GET', '/a.txt/more', '404', 'AH00130'],
  ['GET', '/fifo', '403', 'AH00132'],
  ['FOOBAR', '/a.txt', '501', 'AH00135'],
])('%s %s is refused with %s', async (method, path, status, number) => {
  gw.logged.length = 0;
  expect((await ask(method, path)).status).toBe(status);
  expect(gw.logged.map((line) => line.number)).toEqual([number]);
});

test.each(['PUT', 'DELETE', 'PATCH', 'PROPFIND'])('%s is not allowed', async (method) => {
  const { status, head } = await ask(method, '/a.txt');
  expect(status).toBe('405');
  expect(head).toContain('Allow: HEAD,GET,POST,OPTIONS,TRACE\r\n');
});

test('TRACE echoes the head', async () => {
  const { head, body } = await ask('TRACE', '/a.txt', 'X-A: b\r\n');
  expect(head).toContain('Content-Type: message/http\r\n');
  expect(body).toContain('TRACE /a.txt HTTP/1.1\r\nHost: gw.test\r\nConnection: close\r\nX-A: b\r\n\r\n');
});

describe('links', () => {
  const only = (bits: number): void => {
    config = { options: { absolute: bits, add: 0, remove: 0 } };
  };
  test('are followed where the options say so', async () => {
    expect((await ask('GET', '/link')).status).toBe('200');
  });
  test('are never opened where they do not, even when the walk was tricked', async () => {
    only(0);
    expect((await ask('GET', '/link')).status).toBe('403');
    expect((await ask('GET', '/a.txt')).status).toBe('200');
  });
  test('of the same owner are served under SymLinksIfOwnerMatch', async () => {
    only(OPT.SymLinksIfOwnerMatch);
    expect((await ask('GET', '/link')).status).toBe('200');
  });
});

describe('conditions and ranges', () => {
  test('an unchanged file is not sent again', async () => {
    const { status, head, body } = await ask('GET', '/a.txt', 'If-None-Match: "b-59b08c1fa4000"\r\n');
    expect({ status, body }).toEqual({ status: '304', body: '' });
    expect(head).not.toContain('Content-');
  });

  test('a failed precondition has an empty body', async () => {
    const { head, body } = await ask('GET', '/a.txt', 'If-Match: "x"\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 412 [^]*Content-Length: 0\r\n/);
    expect(body).toBe('');
  });

  test.each(['/a.txt', '/medium.bin', '/big.bin'])('parts of %s', async (path) => {
    const whole = (await ask('GET', path)).body;
    const one = await ask('GET', path, 'Range: bytes=2-4\r\n');
    expect(one.body).toBe(whole.slice(2, 5));
    expect(one.head).toContain(`Content-Range: bytes 2-4/${whole.length}\r\n`);
    const two = await ask('GET', path, 'Range: bytes=0-1,4-5\r\n');
    expect(two.body).toContain(`Content-range: bytes 4-5/${whole.length}\r\n\r\n${whole.slice(4, 6)}\r\n`);
    expect(two.head).toContain(`Content-Length: ${two.body.length}\r\n`);
    expect((await ask('GET', path, 'Range: bytes=99999999-\r\n')).status).toBe('416');
  });

  test('MaxRanges none serves no parts and says so', async () => {
    config = { maxRanges: 'none' };
    const { status, head } = await ask('GET', '/a.txt', 'Range: bytes=2-4\r\n');
    expect(status).toBe('200');
    expect(head).toContain('Accept-Ranges: none\r\n');
  });
});

describe('FileETag', () => {
  const parts = (...names: ('inode' | 'mtime' | 'size')[]): CoreDirConfig => ({
    fileETag: { absolute: new Set(names), add: [], remove: [] },
  });
  test.each([
    [parts(), undefined],
    [parts('size'), '"b"'],
    [parts('mtime'), '"59b08c1fa4000"'],
    // What is taken away from nothing leaves the default, as in httpd.
    [
      { fileETag: { absolute: undefined, add: [], remove: ['mtime'] } } satisfies CoreDirConfig,
      '"b-59b08c1fa4000"',
    ],
  ])('%#', async (setting, expected) => {
    config = setting;
    expect(/ETag: (.*)\r\n/.exec((await ask('GET', '/a.txt')).head)?.[1]).toBe(expected);
  });

  test('a file that has just changed has a weak tag', async () => {
    write('fresh.txt', 'x', Date.now() / 1000);
    expect((await ask('GET', '/fresh.txt')).head).toMatch(/ETag: W\/"1-/);
  });
});

describe('a file that changes', () => {
  test('is sent as it is now, at any size of change', async () => {
    for (const content of ['one', 'two', 'three', 'fourth']) {
      write('changing.txt', content);
      expect((await ask('GET', '/changing.txt')).body).toBe(content);
    }
  });

  test('and becomes shorter while it is sent ends in a closed connection, never in padding', async () => {
    const client = connect(gw.port, '127.0.0.1');
    let received = 0;
    client.on('data', (chunk) => {
      if (received === 0) truncateSync(join(root, 'shrinking.bin'), 1000);
      received += chunk.length;
    });
    write('shrinking.bin', 's'.repeat(30_000_000));
    client.write('GET /shrinking.bin HTTP/1.1\r\nHost: a\r\n\r\nGET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n');
    await new Promise((resolve) => client.on('close', resolve));
    expect(received).toBeLessThan(30_000_000);
  });
});

test('big files arrive whole, also with other requests behind them', async () => {
  const bytes =
    'GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(2) +
    'GET /medium.bin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
  const { text } = await sendRaw(gw.port, bytes);
  expect(text.match(/b{3000000}/g)).toHaveLength(2);
  expect(text.match(/m{100000}$/g)).toHaveLength(1);
});
