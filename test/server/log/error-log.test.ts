import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { escapeErrorLogItem, escapeLogItem } from '../../../src/pipeline/log-escape.ts';
import {
  compileErrorFormat,
  DEFAULT_ERROR_FORMAT,
  errorLogTime,
} from '../../../src/server/log/error-format.ts';
import { Folder, get, Running, until } from '../../cli/gateway.ts';
import { freePort } from '../../harness/free-port.ts';

const event = {
  level: 'error',
  module: 'proxy_fcgi',
  number: 'AH01071',
  message: 'Got error \'PHP message: "x"\n\\y\'',
  context: { clientAddress: '192.0.2.1', clientPort: 4711 },
  timeMs: Date.UTC(2026, 10, 22, 21, 46, 35, 102) + 0.347,
} as const;

describe('a line of the error log', () => {
  test('has the form that people search for', () => {
    const line = compileErrorFormat(DEFAULT_ERROR_FORMAT)(event)!;
    expect(line.replace(/^\[[^\]]*\]/, '[time]').replace(/pid \d+:tid \d+/, 'pid 1:tid 1')).toBe(
      '[time] [proxy_fcgi:error] [pid 1:tid 1] [client 192.0.2.1:4711] ' +
        'AH01071: Got error \'PHP message: "x"\\n\\\\y\'\n',
    );
  });

  test('tells the time with microseconds, or in the compact form', () => {
    expect(errorLogTime(event.timeMs, { isCompact: false, hasMicros: true })).toMatch(
      /^[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d\.102\d{3} 2026$/,
    );
    expect(errorLogTime(event.timeMs, { isCompact: true, hasMicros: false })).toMatch(
      /^2026-11-2\d \d\d:\d\d:\d\d$/,
    );
  });

  test('leaves out what has no value, writes a dash for %-, drops the line for %+', () => {
    const without = { ...event, context: {} };
    expect(compileErrorFormat('a [client\\ %a] %m')(without)).toBe('a proxy_fcgi\n');
    expect(compileErrorFormat('a [client\\ %-a] %m')(without)).toBe('a [client -] proxy_fcgi\n');
    expect(compileErrorFormat('a %+a %m')(without)).toBeUndefined();
  });
});

test('escaping leaves one line of printable ASCII, whatever comes', () => {
  const all = String.fromCharCode(...Array.from({ length: 256 }, (_, code) => code));
  expect(escapeLogItem(all)).toMatch(/^[\x20-\x7e]+$/);
  expect(escapeErrorLogItem(all)).toMatch(/^[\x20-\x7e]+$/);
  expect(escapeLogItem('a"b\\c\n\x1b\xff')).toBe('a\\"b\\\\c\\n\\x1b\\xff');
  expect(escapeErrorLogItem('a"b\\c')).toBe('a"b\\\\c');
});

describe.runIf(existsSync('/usr/sbin/apache2'))('LogLevel and ErrorLogFormat act as in apache2', () => {
  let folder: Folder | undefined;
  afterEach(() => folder?.dispose());

  const modules = ['mpm_event', 'authz_core', 'authz_host']
    .map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so\n`)
    .join('');
  const conf = (port: number, name: string): string => `${modules}ServerRoot @DIR@
Listen 127.0.0.1:${port}
ServerName main.example
DocumentRoot @DIR@/htdocs
PidFile @DIR@/${name}.pid
ErrorLog @DIR@/${name}.error
ErrorLogFormat "LINE [%m:%l] [%-a] %E: %M% ,\\ referer\\ %{Referer}i % end"
User www-data
Group www-data
LogLevel warn authz_core:error
<Location /denied>
  Require all denied
</Location>
<Location /loud>
  LogLevel info
</Location>
<Location /silent>
  LogLevel crit
  Require all denied
</Location>
`;
  /** Lines about requests; what a server says of its own start differs. */
  const lines = (text: string): readonly string[] =>
    text
      .split('\n')
      .filter((line) => /AH01630|AH00128|AH00126|AH10244/.test(line))
      .map((line) => line.replace(/127\.0\.0\.1:\d+/, 'CLIENT').replaceAll(/\/tmp\/hgw-cli-\w+/g, 'DIR'));

  test('the same lines for the same requests', async () => {
    folder = new Folder({ 'htdocs/index.html': 'x' });
    const [apachePort, gatewayPort] = [await freePort(), await freePort()];
    folder.write('apache.conf', conf(apachePort, 'apache'));
    folder.write('gateway.conf', conf(gatewayPort, 'gateway'));
    const apache = spawn('/usr/sbin/apache2', ['-X', '-f', `${folder.path}/apache.conf`], {
      stdio: 'ignore',
    });
    const gateway = new Running(['-X', '-f', `${folder.path}/gateway.conf`]);
    try {
      for (const port of [apachePort, gatewayPort]) {
        await until('an answer', () => get(port, '/'));
        for (const path of ['/denied/a%22b%0ac', '/nowhere', '/loud/nowhere', '/silent/x', '/loud/last'])
          await get(port, path);
      }
      const seen = (name: string) => () => folder!.read(`${name}.error`).includes('loud/last');
      await until('the last line of apache2', seen('apache'));
      await gateway.stop();
      expect(lines(folder.read('gateway.error'))).toEqual(lines(folder.read('apache.error')));
    } finally {
      const ended = new Promise((resolve) => apache.once('exit', resolve));
      apache.kill('SIGTERM');
      await gateway.stop();
      await ended;
    }
  });
});
