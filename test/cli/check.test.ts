import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { CLI, Folder, run } from './gateway.ts';

const MODULES = '/usr/lib/apache2/modules';
const HEAD = ['mpm_event', 'authz_core', 'info']
  .map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so\n`)
  .join('');

let folder: Folder | undefined;
afterEach(() => folder?.dispose());

describe('-t', () => {
  test('says Syntax OK on standard error and ends with 0', () => {
    folder = new Folder({
      'x.conf': 'ServerName a.example\nListen 8080\nDocumentRoot @DIR@\nErrorLog @DIR@/e\n',
    });
    const { status, stdout, stderr } = run(['-t', '-f', `${folder.path}/x.conf`]);
    expect(stderr).toMatch(/Syntax OK\n$/);
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });

  test('reports every error with file, line, column and the line itself', () => {
    folder = new Folder({
      'x.conf': 'ServerName a.example\nNonsense On\nTimeout\nListen 8080\n  KeepAlive maybe\n',
    });
    const { status, stdout, stderr } = run(['-t', '-f', `${folder.path}/x.conf`]);
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(`${folder.path}/x.conf:2:1`);
    expect(stderr).toContain('Nonsense On');
    expect(stderr).toContain(`${folder.path}/x.conf:3:`);
    expect(stderr).toContain(`${folder.path}/x.conf:5:`);
    expect(stderr).not.toContain('Syntax OK');
    expect(stderr).not.toMatch(/\n {4}at /);
  });

  test('a file that is not there is one clear line', () => {
    const { status, stderr } = run(['-t', '-f', '/nowhere/x.conf']);
    expect(status).toBe(1);
    expect(stderr).toContain('Could not open configuration file /nowhere/x.conf: No such file or directory');
    expect(stderr).not.toMatch(/\n {4}at /);
  });

  test('a missing include names the line that asks for it', () => {
    folder = new Folder({ 'x.conf': 'ServerName x\nInclude @DIR@/gone.conf\n' });
    const { status, stderr } = run(['-t', '-f', `${folder.path}/x.conf`]);
    expect(status).toBe(1);
    expect(stderr).toContain('x.conf:2:');
    expect(stderr).toContain('gone.conf');
  });

  test('a log in a folder that is not there fails the check', () => {
    folder = new Folder({ 'x.conf': 'ServerName x\nErrorLog @DIR@/nowhere/error.log\n' });
    const { status, stderr } = run(['-t', '-f', `${folder.path}/x.conf`]);
    expect(status).toBe(1);
    expect(stderr).toContain('AH02291');
  });

  test('-C and -c surround the file', () => {
    folder = new Folder({ 'x.conf': '<IfDefine EARLY>\nNonsense\n</IfDefine>\n' });
    const file = `${folder.path}/x.conf`;
    expect(run(['-t', '-f', file]).status).toBe(0);
    expect(run(['-t', '-f', file, '-C', 'Define EARLY']).status).toBe(1);
    expect(run(['-t', '-f', file, '-c', 'Nonsense']).stderr).toContain('<-C/-c directives>');
  });
});

describe('what else the command shows', () => {
  test('an unknown option is complained about, with the usage and 1', () => {
    const { status, stderr } = run(['-q']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^httpd-gateway: illegal option -- q\nUsage: /);
  });

  test('-v begins with the line that scripts look at', () => {
    expect(run(['-v'])).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^Server version: Apache\/2\.4\./),
    });
  });

  test('-V has the lines by which httpd is told by test suites', () => {
    const lines = run(['-V']).stdout.split('\n');
    expect(lines[0]).toMatch(/^Server version: Apache\/2\.4\./);
    expect(lines.find((line) => line.startsWith("Server's Module Magic Number:"))).toMatch(/ \d{8}:\d+$/);
    expect(lines).toContain('Server MPM:     event');
    expect(lines).toContain(' -D SERVER_CONFIG_FILE="apache2.conf"');
  });

  test('a reader that goes away is no fault', async () => {
    const child = spawn(process.execPath, [CLI, '-L'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString('latin1')));
    const [status] = (await once(child, 'close')) as [number | null];
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('-L tells what becomes of a directive', () => {
    const { stdout } = run(['-L']);
    expect(stdout).toMatch(/^ProxyPass \(mod_proxy\.c\)$/m);
    expect(stdout).toMatch(/^\tnot served: /m);
  });
});

describe.runIf(existsSync('/usr/sbin/apache2'))('dumps equal those of apache2', () => {
  const conf = `${HEAD}ServerRoot @DIR@
Listen 127.0.0.1:21603
ServerName main.example
DocumentRoot @DIR@
ErrorLog error.log
PidFile @DIR@/pid
User www-data
Group #33
Define COLOUR red
Include inner.conf
<VirtualHost *:80>
  ServerName a.example
  ServerAlias b.example *.c.example
  IncludeOptional deep*.conf
</VirtualHost>
<VirtualHost *:80 [::1]:90 _default_:*>
  ServerName d.example
</VirtualHost>
<VirtualHost 127.0.0.1:81 127.0.0.1:*>
  ServerName e.example:8080
  <directory "/x y">
    options   None
    <requireany>
      Require all granted
    </requireany>
  </directory>
  <Location />
  </Location>
</VirtualHost>
<VirtualHost *:82 127.0.0.1:82 *:80>
  servername f.example
</VirtualHost>
<VirtualHost *:83 127.0.0.1:83>
</VirtualHost>
`;
  const files = {
    'x.conf': conf,
    'inner.conf': 'Timeout 50\nInclude deep1.conf\n',
    'deep1.conf': 'KeepAlive On\n',
  };
  // httpd counts its locks among the run settings, in no order; the gateway has none.
  const comparable = (text: string): string => text.replace(/^Mutex .*\n/gm, '');

  test.each([
    [['-S']],
    [['-M']],
    [['-t', '-D', 'DUMP_INCLUDES']],
    [['-D', 'DUMP_INCLUDES']],
    [['-D', 'DUMP_RUN_CFG']],
    [['-D', 'DUMP_MODULES', '-S']],
    [['-t', '-D', 'DUMP_CONFIG']],
    [['-t', '-D', 'DUMP_VHOSTS', '-D', 'DUMP_MODULES', '-D', 'OTHER']],
  ])('%j', (args) => {
    folder = new Folder(files);
    const file = `${folder.path}/x.conf`;
    const expected = spawnSync('/usr/sbin/apache2', [...args, '-f', file], { encoding: 'latin1' });
    const seen = run([...args, '-f', file]);
    expect(comparable(seen.stdout)).toBe(comparable(expected.stdout));
    expect(seen.status).toBe(expected.status);
    expect(seen.stderr.includes('Syntax OK')).toBe(expected.stderr.includes('Syntax OK'));
  });
});
