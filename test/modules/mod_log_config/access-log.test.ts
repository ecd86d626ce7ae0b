import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Folder, get, Running, until } from '../../cli/gateway.ts';
import { freePort } from '../../harness/free-port.ts';

const APACHE = '/usr/sbin/apache2';
const MODULES = ['mpm_event', 'authz_core', 'authz_host', 'env', 'setenvif', 'dir', 'alias', 'mime', 'ssl']
  .map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so\n`)
  .join('');

/** Items whose values do not depend on the moment or the connection; everything is put into one format each. */
const FORMATS: readonly string[] = [
  '%h %l %u \\"%r\\" %>s %b',
  '%h %l %u \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"',
  '%v:%{local}p %h %A %a %{c}a %m %U%q %H',
  '%s %<s %>s %B %f %R %k %X %I',
  '%{Content-Type}o %{Content-Length}o %{Location}o %{X-None}o',
  '%{COLOUR}e %{NOTHING}e %{crumb}C %{other}C',
  '%!404s %200s %404,403U %!200,304q',
  '%{SSL_PROTOCOL}x %{SSL_CIPHER}x %{version}c',
  'tab\\there \\q 100%% %V %{%Y}t',
];

const conf = (port: number, name: string): string => `${MODULES}ServerRoot @DIR@
Listen 127.0.0.1:${port}
ServerName main.example
ServerTokens Prod
DocumentRoot @DIR@/htdocs
PidFile @DIR@/${name}.pid
ErrorLog @DIR@/${name}.error
TypesConfig /dev/null
AddType text/html .html
User www-data
Group www-data
SetEnv COLOUR red
SetEnvIf Request_URI "skip" no-log
SetEnvIf Request_URI "image" is-image
Redirect /old http://elsewhere.example/new
ErrorDocument 404 /missing.html
${FORMATS.map((format, n) => `CustomLog @DIR@/${name}.${n} "${format}"`).join('\n')}
LogFormat "nick %r" nickname
CustomLog @DIR@/${name}.nick nickname
CustomLog @DIR@/${name}.unskipped "%U" env=!no-log
CustomLog @DIR@/${name}.images "%U" env=is-image
CustomLog @DIR@/${name}.expr "%U" "expr=%{REQUEST_STATUS} -ge 400"
GlobalLog @DIR@/${name}.global "%v %U"
LogFormat "transfer %U"
TransferLog @DIR@/${name}.transfer
<VirtualHost *:${port}>
  ServerName first.example
</VirtualHost>
<VirtualHost *:${port}>
  ServerName second.example
  CustomLog @DIR@/${name}.second "%v %U"
</VirtualHost>
`;

const LOGS = [...FORMATS.keys(), 'nick', 'unskipped', 'images', 'expr', 'global', 'transfer', 'second'];

const REQUESTS: readonly string[] = [
  'GET / HTTP/1.1\r\nHost: first.example\r\n',
  'GET /index.html?a=b%20c HTTP/1.1\r\nHost: FIRST.example\r\nReferer: http://x/"q"\\\r\nUser-Agent: a\tb\xff\r\n',
  'HEAD /index.html HTTP/1.1\r\nHost: first.example\r\nCookie: a=1; crumb=tasty bit; other\r\n',
  'GET /nowhere HTTP/1.1\r\nHost: first.example\r\n',
  'GET /skip HTTP/1.1\r\nHost: first.example\r\n',
  'GET /image.gif HTTP/1.1\r\nHost: first.example\r\nCookie: CRUMB=x\r\n',
  'GET /old/a?b HTTP/1.1\r\nHost: first.example\r\n',
  'GET /index.html HTTP/1.1\r\nHost: second.example\r\n',
  'GET /%ff%22%5c%0a HTTP/1.1\r\nHost: first.example\r\n',
  'GET /index.html HTTP/1.0\r\n',
];

/** Sends a request and waits for the end of the connection. */
function send(port: number, head: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('connect', () => socket.write(`${head}Connection: close\r\n\r\n`, 'latin1'));
    socket.on('error', reject);
    socket.on('close', () => resolve());
    socket.resume();
  });
}

describe.runIf(existsSync(APACHE))('access logs equal those of apache2', () => {
  let folder: Folder;
  let apache: ChildProcess;
  let gateway: Running;

  beforeAll(async () => {
    folder = new Folder({ 'htdocs/index.html': 'hello\n', 'htdocs/missing.html': 'not here\n' });
    const [apachePort, gatewayPort] = [await freePort(), await freePort()];
    folder.write('apache.conf', conf(apachePort, 'apache'));
    folder.write('gateway.conf', conf(gatewayPort, 'gateway'));
    apache = spawn(APACHE, ['-X', '-f', `${folder.path}/apache.conf`], { stdio: 'ignore' });
    gateway = new Running(['-X', '-f', `${folder.path}/gateway.conf`]);
    await until('apache2', () => get(apachePort, '/probe', 'second.example'));
    await until('the gateway', () => {
      if (!gateway.isAlive) throw new Error(gateway.output);
      return get(gatewayPort, '/probe', 'second.example');
    });
    for (const request of REQUESTS) {
      await send(apachePort, request);
      await send(gatewayPort, request);
    }
    const lastLine = (name: string) => () =>
      folder.read(`${name}.global`).split('\n').length > REQUESTS.length + 1;
    await until('all lines of apache2', lastLine('apache'));
    // Its logs are complete when it has ended.
    await gateway.stop();
  });

  afterAll(async () => {
    const ended = new Promise((resolve) => apache.once('exit', resolve));
    apache.kill('SIGTERM');
    await gateway.stop();
    await ended;
    folder.dispose();
  });

  test.each(LOGS.map((log) => [String(log), typeof log === 'number' ? FORMATS[log]! : log]))(
    '%s: %s',
    (log) => {
      const lines = (name: string): readonly string[] =>
        folder
          .read(`${name}.${log}`)
          .replaceAll(`:${/Listen 127.0.0.1:(\d+)/.exec(folder.read(`${name}.conf`))![1]}`, ':PORT')
          .split('\n')
          .filter((line) => !line.includes('/probe'));
      expect(lines('gateway')).toEqual(lines('apache'));
    },
  );
});
