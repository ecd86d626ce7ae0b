import { connect } from 'node:net';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { exchange } from '../harness/client.ts';
import { canRunPhp } from '../harness/php-fpm.ts';
import { isApacheInstalled, type ServerKind } from '../harness/servers.ts';
import { PhpSite } from './php-site.ts';

const FILES: Record<string, string> = {
  'exit.php': '<?php echo "before"; flush(); exit(3); echo "after";',
  'exit-silent.php': '<?php exit;',
  'fatal.php': '<?php echo "before"; undefined_function();',
  'fatal-first.php': '<?php undefined_function();',
  'parse-error.php': '<?php echo (;',
  'status.php': '<?php header("Status: 418 Short and stout"); echo "pot";',
  'status-line.php': '<?php header("HTTP/1.1 410 Long gone"); echo "gone";',
  'code.php': '<?php http_response_code((int) $_GET["c"]); echo "code ", $_GET["c"];',
  'location.php': '<?php header("Location: http://elsewhere.test/x?y"); echo "moved";',
  'location-status.php': '<?php header("Location: /next", true, 303);',
  'location-local.php': '<?php header("Location: /target.php?x=1");',
  'target.php': '<?php echo "target ", $_SERVER["REQUEST_URI"], " ", $_SERVER["REQUEST_METHOD"];',
  'cookies.php':
    '<?php setcookie("a", "1"); setcookie("b", "two", 0, "/x"); header("X-A: 1"); header("X-A: 2", false); echo "c";',
  'not-modified.php': '<?php header("ETag: \\"e\\""); http_response_code(304);',
  'validators.php':
    '<?php header("ETag: \\"e\\""); header("Last-Modified: Tue, 02 Jan 2024 03:04:05 GMT"); echo "valid";',
  'length.php': '<?php header("Content-Length: 5"); echo "12345";',
  'length-long.php': '<?php header("Content-Length: 9"); echo "12345";',
  'type.php': '<?php header("Content-Type: application/json; charset=x"); echo "{}";',
  'no-type.php': '<?php header_remove("Content-Type"); ini_set("default_mimetype", ""); echo "?";',
  'empty.php': '',
  'nothing.php': '<?php http_response_code(204);',
  'authenticate.php':
    '<?php header("WWW-Authenticate: Basic realm=x"); http_response_code(401); echo "who?";',
  'error-log.php': '<?php error_log("noted by php"); echo "logged";',
  'finish.php': '<?php echo "answered"; fastcgi_finish_request(); usleep(300000); echo "unseen";',
  'text.php': 'no php at all',
  'binary.php':
    '<?php header("Content-Type: application/octet-stream"); for ($i = 0; $i < 256; $i++) echo chr($i);',
  'early-hints.php': '<?php header("Link: </a.css>; rel=preload"); echo "hints";',
  'flush.php':
    '<?php header("Content-Type: text/plain"); foreach (["one", "two", "three"] as $p) { echo $p; flush(); usleep(250000); }',
  'denied.php': '<?php echo "never";',
};

const CONF = `
<FilesMatch "\\.php$">
  SetHandler "proxy:fcgi://@FPM@"
</FilesMatch>
<Proxy "fcgi://@FPM@" enablereuse=on flushpackets=on>
</Proxy>
<Files "denied.php">
  Require all denied
</Files>
<VirtualHost *:*>
  ServerName plain.test
</VirtualHost>
<VirtualHost *:*>
  ServerName override.test
  ProxyErrorOverride On
  ErrorDocument 410 "overridden"
  ErrorDocument 404 /target.php
</VirtualHost>
<VirtualHost *:*>
  ServerName passed.test
  ProxyPass "/" "fcgi://@FPM@@DIR@/docroot/"
</VirtualHost>
`;

const both = canRunPhp() && (isApacheInstalled() || process.env['CI'] === 'true');
let site: PhpSite;
beforeAll(async () => {
  if (!canRunPhp()) return;
  const kinds: ServerKind[] = both ? ['httpd', 'gateway'] : ['gateway'];
  site = await PhpSite.start({ kinds, conf: CONF, files: FILES });
});
afterAll(() => site?.stop());

async function answer(kind: ServerKind, request: string, methods: readonly string[]): Promise<string> {
  const port = site.port(kind);
  const seen = await exchange(port, [{ kind: 'bytes', bytes: request }], methods);
  const shown = seen.responses.map(({ statusLine, headers, framing, body, isTruncated }) =>
    [
      statusLine,
      ...headers.filter(([name]) => !/^(date|server)$/i.test(name)).map((pair) => pair.join(': ')),
      `${framing}${isTruncated ? ', truncated' : ''}`,
      body,
    ].join('\n'),
  );
  return [...shown, seen.isKept ? 'kept' : 'closed']
    .join('\n')
    .replaceAll(String(port), '<port>')
    .replaceAll(/<address>[^<]*<\/address>/g, '<address>');
}

const request = (line: string, host: string, more = ''): string => `${line}\r\nHost: ${host}\r\n${more}\r\n`;

describe.runIf(both)('what a script answers arrives as through httpd', () => {
  const scripts = Object.keys(FILES).filter((name) => !['flush.php', 'code.php'].includes(name));
  const codes = [200, 201, 206, 301, 302, 400, 404, 410, 418, 451, 500, 503].map(
    (code) => `code.php?c=${code}`,
  );
  const missing = ['none.php', 'none.php/info', 'exit.php/none', 'none'];
  test.each(
    [...scripts, ...codes, ...missing].flatMap((name) =>
      ['plain', 'override', 'passed'].map((host) => [name, host] as const),
    ),
  )('%s on %s', async (name, host) => {
    for (const method of ['GET', 'HEAD']) {
      const text = request(`${method} /${name} HTTP/1.1`, `${host}.test`);
      const expected = await answer('httpd', text, [method]);
      expect(expected).toMatch(/^HTTP/);
      expect(await answer('gateway', text, [method])).toBe(expected);
    }
  });

  test.each([
    ['validators.php', 'If-None-Match: "e"'],
    ['validators.php', 'If-None-Match: "other"'],
    ['validators.php', 'If-Modified-Since: Tue, 02 Jan 2024 03:04:05 GMT'],
    ['validators.php', 'If-Match: "other"'],
    ['validators.php', 'Range: bytes=1-2'],
    ['length.php', 'Range: bytes=1-2'],
    ['not-modified.php', 'If-None-Match: "e"'],
    ['finish.php', 'Connection: close'],
  ])('%s asked with %s', async (name, header) => {
    const text = request(`GET /${name} HTTP/1.1`, 'plain.test', `${header}\r\n`);
    const expected = await answer('httpd', text, ['GET']);
    expect(await answer('gateway', text, ['GET'])).toBe(expected);
  });

  test('several requests on one connection', async () => {
    const names = ['target.php', 'nothing.php', 'empty.php', 'location-local.php', 'text.php'];
    const text = names.map((name) => request(`GET /${name} HTTP/1.1`, 'plain.test')).join('');
    const methods = names.map(() => 'GET');
    const expected = await answer('httpd', text, methods);
    expect(await answer('gateway', text, methods)).toBe(expected);
  });
});

describe.runIf(canRunPhp())('scripts through the gateway', () => {
  test('parts reach the client when they are flushed', async () => {
    const arrivals = await new Promise<readonly (readonly [string, number])[]>((resolve, reject) => {
      const began = performance.now();
      const seen: [string, number][] = [];
      const socket = connect({ port: site.port('gateway'), host: '127.0.0.1' });
      socket.write(request('GET /flush.php HTTP/1.1', 'plain.test', 'Connection: close\r\n'));
      socket.on('data', (bytes) => {
        for (const part of ['one', 'two', 'three'])
          if (bytes.toString('latin1').includes(part)) seen.push([part, performance.now() - began]);
      });
      socket.on('error', reject);
      socket.on('close', () => resolve(seen));
    });
    expect(arrivals.map(([part]) => part)).toEqual(['one', 'two', 'three']);
    const [one, two, three] = arrivals.map(([, time]) => time) as [number, number, number];
    expect(two - one).toBeGreaterThan(150);
    expect(three - two).toBeGreaterThan(150);
  });

  test('an answer that is finished early arrives before its script ends', async () => {
    const began = performance.now();
    expect(await answer('gateway', request('GET /finish.php HTTP/1.1', 'plain.test'), ['GET'])).toContain(
      'answered',
    );
    expect(performance.now() - began).toBeLessThan(280);
  });

  test('what a script writes to its error log is in the error log, with its number', async () => {
    await answer('gateway', request('GET /error-log.php HTTP/1.1', 'plain.test'), ['GET']);
    await answer('gateway', request('GET /none.php HTTP/1.1', 'plain.test'), ['GET']);
    await expect.poll(() => site.errorLog('gateway')).toMatch(/AH01071: Got error '.*noted by php/);
    await expect.poll(() => site.errorLog('gateway')).toMatch(/AH01071: Got error 'Primary script unknown/);
  });
});
