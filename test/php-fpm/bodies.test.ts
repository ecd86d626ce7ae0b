import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { canRunPhp } from '../harness/php-fpm.ts';
import { isApacheInstalled, type ServerKind } from '../harness/servers.ts';
import { PhpSite } from './php-site.ts';

const MIB = 1024 * 1024;
const STREAMED_BYTES = 200 * MIB;
const GROWTH_LIMIT = 64 * MIB;

const FILES = {
  'received.php': `<?php
$in = fopen('php://input', 'rb'); $h = hash_init('sha256'); $n = 0;
while (!feof($in)) { $s = fread($in, 65536); $n += strlen($s); hash_update($h, $s); }
echo $n, ' ', $_SERVER['CONTENT_LENGTH'] ?? '-', ' ', hash_final($h);`,
  'upload.php': `<?php
foreach ($_FILES as $name => $f) echo $name, ' ', $f['name'], ' ', $f['size'], ' ', $f['error'], ' ', hash_file('sha256', $f['tmp_name']), "\\n";
echo http_build_query($_POST);`,
  'download.php': `<?php
$n = (int) $_GET['n']; header('Content-Type: application/octet-stream');
if (isset($_GET['length'])) header('Content-Length: ' . $n);
$block = str_repeat(pack('C*', ...range(0, 255)), 256);
for (; $n > 0; $n -= 65536) echo $n >= 65536 ? $block : substr($block, 0, $n);`,
};

const CONF = `
Timeout 20
<FilesMatch "\\.php$">
  SetHandler "proxy:fcgi://@FPM@"
</FilesMatch>
<VirtualHost *:*>
  ServerName tcp.test
</VirtualHost>
<VirtualHost *:*>
  ServerName socket.test
  <FilesMatch "\\.php$">
    SetHandler "proxy:unix:@SOCK@|fcgi://sock"
  </FilesMatch>
  <Proxy "unix:@SOCK@|fcgi://sock" enablereuse=on>
  </Proxy>
</VirtualHost>
`;

interface Reply {
  readonly status: number;
  readonly bytes: number;
  readonly hash: string;
  /** The beginning of the body. */
  readonly text: string;
}

interface Sending {
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: Iterable<Buffer>;
}

function fetchFrom(
  port: number,
  path: string,
  { host = 'tcp.test', headers = {}, body }: Sending = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST';
    const request = httpRequest({
      port,
      host: '127.0.0.1',
      path,
      method,
      agent: false,
      headers: { host, ...headers },
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const hash = createHash('sha256');
      let bytes = 0;
      let text = '';
      response.on('data', (part: Buffer) => {
        bytes += part.length;
        hash.update(part);
        if (text.length < 4000) text += part.toString('latin1', 0, 4000);
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, bytes, hash: hash.digest('hex'), text }),
      );
    });
    if (body === undefined) request.end();
    else Readable.from(body, { objectMode: true }).pipe(request);
  });
}

function* blocks(total: number): Iterable<Buffer> {
  const block = Buffer.alloc(65_536, Buffer.from(Array.from({ length: 256 }, (_, index) => index)));
  for (let left = total; left > 0; left -= block.length)
    yield left >= block.length ? block : block.subarray(0, left);
}

function hashOf(total: number): string {
  const hash = createHash('sha256');
  for (const block of blocks(total)) hash.update(block);
  return hash.digest('hex');
}

describe.runIf(canRunPhp())('bodies between clients and PHP-FPM', () => {
  let site: PhpSite;
  const kinds: readonly ServerKind[] = isApacheInstalled() ? ['httpd', 'gateway'] : ['gateway'];
  beforeAll(async () => {
    site = await PhpSite.start({ kinds, conf: CONF, files: FILES });
  });
  afterAll(() => site?.stop());

  /** Memory of the process with the port that is not backed by files, in bytes. */
  function residentBytes(): number {
    const status = readFileSync(`/proc/${site.pid('gateway')}/status`, 'latin1');
    return Number(/RssAnon:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  }

  describe.each(kinds)('%s', (kind) => {
    test.each(['tcp.test', 'socket.test'])('a file of 10 MB is uploaded in a form, to %s', async (host) => {
      const file = randomBytes(10_000_000);
      const parts = [
        Buffer.from('--B\r\nContent-Disposition: form-data; name="note"\r\n\r\nsome text\r\n'),
        Buffer.from(
          '--B\r\nContent-Disposition: form-data; name="file"; filename="a b.bin"\r\nContent-Type: application/x\r\n\r\n',
        ),
        file,
        Buffer.from('\r\n--B--\r\n'),
      ];
      const length = parts.reduce((sum, part) => sum + part.length, 0);
      const headers = { 'Content-Type': 'multipart/form-data; boundary=B', 'Content-Length': length };
      const reply = await fetchFrom(site.port(kind), '/upload.php', { host, headers, body: parts });
      expect(reply.text).toBe(
        `file a b.bin 10000000 0 ${createHash('sha256').update(file).digest('hex')}\nnote=some+text`,
      );
    });

    test.each([0, 1, 8191, 8192, 65_535, 65_536, 5_000_001])(
      'a body of %i bytes with its length',
      async (size) => {
        const reply = await fetchFrom(site.port(kind), '/received.php', {
          headers: { 'Content-Length': size },
          body: blocks(size),
        });
        expect(reply.text).toBe(`${size} ${size} ${hashOf(size)}`);
      },
    );

    test.each(['tcp.test', 'socket.test'])('50 MB are downloaded from %s', async (host) => {
      for (const query of ['', '&length']) {
        const reply = await fetchFrom(site.port(kind), `/download.php?n=50000000${query}`, { host });
        expect(reply.bytes).toBe(50_000_000);
        expect(reply.hash).toBe(hashOf(50_000_000));
      }
    });
  });

  test.each([1, 320_000, 16 * MIB])(
    'a chunked upload of %i bytes arrives whole, with its length',
    async (size) => {
      for (const host of ['tcp.test', 'socket.test']) {
        const reply = await fetchFrom(site.port('gateway'), '/received.php', { host, body: blocks(size) });
        expect(reply.text).toBe(`${size} ${size} ${hashOf(size)}`);
      }
    },
  );

  test('memory stays flat while much is downloaded and uploaded', async () => {
    await fetchFrom(site.port('gateway'), `/download.php?n=${16 * MIB}`);
    const before = residentBytes();
    let most = before;
    const watch = setInterval(() => (most = Math.max(most, residentBytes())), 20);
    try {
      const down = await fetchFrom(site.port('gateway'), `/download.php?n=${STREAMED_BYTES}`);
      expect(down.bytes).toBe(STREAMED_BYTES);
      const up = await fetchFrom(site.port('gateway'), '/received.php', {
        headers: { 'Content-Length': STREAMED_BYTES },
        body: blocks(STREAMED_BYTES),
      });
      expect(up.text).toBe(`${STREAMED_BYTES} ${STREAMED_BYTES} ${hashOf(STREAMED_BYTES)}`);
    } finally {
      clearInterval(watch);
    }
    expect(most - before).toBeLessThan(GROWTH_LIMIT);
  }, 60_000);
});
