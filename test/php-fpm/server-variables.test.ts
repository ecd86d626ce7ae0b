import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { exchange } from '../harness/client.ts';
import { canRunPhp } from '../harness/php-fpm.ts';
import { isApacheInstalled, type ServerKind } from '../harness/servers.ts';
import { PhpSite } from './php-site.ts';

/** All that PHP was told, in the order of `$_SERVER`, but for what differs from request to request. */
const SHOW = `<?php
header('Content-Type: text/plain');
foreach ($_SERVER as $name => $value) {
  if (preg_match('/^(REQUEST_TIME|REMOTE_PORT|SERVER_SOFTWARE|SERVER_SIGNATURE|REDIRECT_SERVER_SIGNATURE)/', $name)) continue;
  if (is_array($value)) $value = implode(' ', $value);
  echo $name, '=', addcslashes($value, "\\0..\\37\\177..\\377\\\\"), "\\n";
}
echo 'GET ', http_build_query($_GET), ' POST ', http_build_query($_POST), "\\n";
`;

const host = (name: string, ...lines: readonly string[]): string =>
  ['<VirtualHost *:*>', `ServerName ${name}.test`, ...lines, '</VirtualHost>'].join('\n');

const HANDLER = ['<FilesMatch "\\.php$">', 'SetHandler "proxy:fcgi://@FPM@"', '</FilesMatch>'];

const CONF = [
  host('handler', ...HANDLER, 'DirectoryIndex index.php index.html'),
  host(
    'socket',
    '<FilesMatch "\\.php$">',
    'SetHandler "proxy:unix:@SOCK@|fcgi://localhost/"',
    '</FilesMatch>',
    'SetEnv SITE "a b"',
  ),
  host('pass', 'ProxyPass "/" "fcgi://@FPM@@DIR@/docroot/"'),
  host('match', 'ProxyPassMatch "^/(.*\\.php(/.*)?)$" "fcgi://@FPM@@DIR@/docroot/$1"'),
  host('match-socket', 'ProxyPassMatch "^/(.*\\.php)$" "unix:@SOCK@|fcgi://localhost@DIR@/docroot/$1"'),
  host(
    'generic',
    'ProxyFCGIBackendType GENERIC',
    'ProxyPassMatch "^/(.*\\.php(/.*)?)$" "fcgi://@FPM@@DIR@/docroot/$1"',
  ),
  host('fpm', 'ProxyFCGIBackendType FPM', 'ProxyPass "/" "fcgi://@FPM@@DIR@/docroot/" enablereuse=on'),
  host('fallback', ...HANDLER, 'FallbackResource /index.php'),
  host('alias', ...HANDLER, 'Alias "/other" "@DIR@/docroot/sub"'),
  host(
    'errors',
    ...HANDLER,
    'ErrorDocument 404 /sub/show.php?from=404',
    'ErrorDocument 403 /show.php/denied',
    '<Location "/denied">',
    'Require all denied',
    '</Location>',
  ),
  '<Proxy "balancer://app">',
  'BalancerMember "fcgi://@FPM@" route=one',
  '</Proxy>',
  host('balanced', 'ProxyPassMatch "^/(.*\\.php(?:/.*)?)$" "balancer://app@DIR@/docroot/$1"'),
  host(
    'edited',
    ...HANDLER,
    'ProxyFCGISetEnvIf "true" EXTRA "%{REQUEST_URI}-x"',
    'ProxyFCGISetEnvIf "-n %{QUERY_STRING}" !HTTP_ACCEPT',
    'SetEnvIf Request_URI "show" SEEN=$0',
    'CGIPassAuth On',
  ).replace('CGIPassAuth On', '<Location "/">\nCGIPassAuth On\n</Location>'),
].join('\n');

const get = (uri: string): string => `GET ${uri} HTTP/1.1`;
const cases: readonly (readonly [host: string, line: string])[] = [
  ...['/show.php', '/show.php?a=1&b[]=x%20y', '/show.php/extra/path', '/show.php/a%20b?q=%2F', '/'].flatMap(
    (uri) =>
      ['handler', 'pass', 'match', 'generic', 'fpm', 'balanced'].map((name) => [name, get(uri)] as const),
  ),
  ...[
    '/with%20space.php',
    '/with%20space.php/in%20fo',
    '/sub/show.php',
    '//show.php',
    '/sub/../show.php',
  ].flatMap((uri) => ['handler', 'socket', 'pass', 'match', 'fpm'].map((name) => [name, get(uri)] as const)),
  ...['/sub/', '/sub', '/sub/?x=1', '/show.php/'].map((uri) => ['handler', get(uri)] as const),
  ...['/show.php', '/show.php/info?x', '/caf%e9.php', '/caf%C3%A9.php'].flatMap((uri) =>
    ['socket', 'match-socket'].map((name) => [name, get(uri)] as const),
  ),
  ...['/none', '/none/deep?x=1', '/sub/none', '/show.php', '/index.php/x'].map(
    (uri) => ['fallback', get(uri)] as const,
  ),
  ...['/other/show.php', '/other/show.php/x', '/other/', '/other/none.php'].map(
    (uri) => ['alias', get(uri)] as const,
  ),
  ...['/none', '/none?x=y', '/none.php', '/denied', '/denied/x?y', '/sub/show.php'].map(
    (uri) => ['errors', get(uri)] as const,
  ),
  ...['/show.php', '/show.php?x=1'].map((uri) => ['edited', get(uri)] as const),
  ['handler', 'HEAD /show.php HTTP/1.1'],
  ['handler', 'OPTIONS /show.php HTTP/1.1'],
  ['handler', 'DELETE /show.php HTTP/1.1'],
  ['pass', 'PURGE /show.php HTTP/1.1'],
  ['pass', 'GET /show.php HTTP/1.0'],
  ['handler', 'GET http://handler.test/show.php?abs HTTP/1.1'],
];

const HEADERS = [
  'User-Agent: test/1.0 (x; y)',
  'Accept: text/html, */*;q=0.8',
  'Cookie: a=1; b="two"',
  'X-Under_score: dropped?',
  'X-Repeated: one',
  'X-Repeated: two',
  'Authorization: Basic dTpw',
  'Proxy: http://evil.test/',
].join('\r\n');

describe.runIf(canRunPhp() && (isApacheInstalled() || process.env['CI'] === 'true'))(
  'PHP-FPM sees the same through httpd and through the gateway',
  () => {
    let site: PhpSite;
    beforeAll(async () => {
      const files = Object.fromEntries(
        ['show.php', 'index.php', 'with space.php', 'caf\xe9.php', 'sub/show.php', 'sub/index.php'].map(
          (name) => [name, SHOW],
        ),
      );
      site = await PhpSite.start({ kinds: ['httpd', 'gateway'], conf: CONF, files });
    });
    afterAll(() => site?.stop());

    async function answer(
      kind: ServerKind,
      name: string,
      line: string,
      more = '',
      body = '',
    ): Promise<string> {
      const port = site.port(kind);
      const head = `${line}\r\nHost: ${name}.test\r\n${HEADERS}\r\n${more}\r\n`;
      const { responses } = await exchange(
        port,
        [{ kind: 'bytes', bytes: head + body }],
        [line.split(' ')[0] ?? ''],
      );
      return responses
        .map(({ statusLine, headers, framing, body: text }) => {
          const shown = headers
            .filter(([header]) => !/^(date|server)$/i.test(header))
            .map((pair) => pair.join(': '));
          return [statusLine, ...shown, framing, text].join('\n');
        })
        .join('\n')
        .replaceAll(String(port), '<port>')
        .replaceAll(/Apache\/2[^<\n]* Server at|httpd-gateway[^<\n]* Server at/g, '<server> Server at');
    }

    test.each(cases)('%s: %s', async (name, line) => {
      const expected = await answer('httpd', name, line);
      expect(expected).toMatch(/^HTTP/);
      expect(await answer('gateway', name, line)).toBe(expected);
    });

    test.each(['handler', 'pass', 'generic', 'balanced', 'socket'])('%s: a posted form', async (name) => {
      const body = 'a=1&b=two+words&c%5B%5D=%26';
      const more = `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n`;
      const line = 'POST /show.php?q=1 HTTP/1.1';
      const expected = await answer('httpd', name, line, more, body);
      expect(expected).toContain('POST a=1&b=two+words');
      expect(await answer('gateway', name, line, more, body)).toBe(expected);
    });
  },
);
