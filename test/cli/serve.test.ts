import { createServer, type Server } from 'node:net';
import { chmodSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { Folder, get, run, Running, until } from './gateway.ts';
import { freePort } from '../harness/free-port.ts';

let folder: Folder;
const running: Running[] = [];
let blocker: Server | undefined;

afterEach(async () => {
  await Promise.all(running.splice(0).map((gateway) => gateway.stop('SIGKILL')));
  blocker?.close();
  blocker = undefined;
  folder.dispose();
});

function start(...args: string[]): Running {
  const gateway = new Running(args);
  running.push(gateway);
  return gateway;
}

const site = (port: number, text = ''): string => `Listen 127.0.0.1:${port}
ServerName localhost
DocumentRoot @DIR@/htdocs
PidFile @DIR@/gateway.pid
ErrorLog @DIR@/error.log
CustomLog @DIR@/access.log "%r %>s"
${text}
`;

describe('starting', () => {
  test('a fragment is served with defaults, and they are told', async () => {
    const port = await freePort();
    folder = new Folder({
      'site.conf': `<VirtualHost *:${port}>\n</VirtualHost>\n`,
      'htdocs/index.html': 'it works',
    });
    const gateway = start('-X', '-f', `${folder.path}/site.conf`);
    await gateway.answers(port);
    expect(await get(port, '/')).toContain('it works');
    expect(gateway.output).toContain('no LoadModule: every module that the gateway knows counts as loaded');
    expect(gateway.output).toContain(`no Listen: Listen ${port}`);
    expect(gateway.output).toContain(`no DocumentRoot: DocumentRoot "${folder.path}/htdocs"`);
    expect(gateway.output).toContain('no ServerName: ServerName localhost');
  });

  test('a warning about a line that virtual hosts inherit is told once', async () => {
    const port = await freePort();
    const hosts = ['a', 'b'].map((name) => `<VirtualHost *>\nServerName ${name}\n</VirtualHost>\n`);
    const text = site(port, `Alias /a @DIR@/htdocs\nAlias /a/b @DIR@/htdocs\n${hosts.join('')}`);
    folder = new Folder({ 'site.conf': text, 'htdocs/index.html': 'x' });
    const gateway = start('-X', '-f', `${folder.path}/site.conf`);
    await gateway.answers(port);
    expect(gateway.output.match(/warning: The Alias directive will probably never match/g)).toHaveLength(1);
  });

  test('a broken configuration starts nothing and shows every error', async () => {
    const port = await freePort();
    folder = new Folder({ 'site.conf': site(port, 'Nonsense On\nTimeout\n') });
    const { status, stderr } = run(['-X', '-f', `${folder.path}/site.conf`]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/site\.conf:7:1/);
    expect(stderr).toMatch(/site\.conf:8:/);
    expect(await get(port, '/')).toBeUndefined();
  });

  test('a port in use is one clear line with its place', async () => {
    const port = await freePort();
    blocker = createServer();
    await new Promise<void>((resolve) => blocker!.listen(port, '127.0.0.1', resolve));
    folder = new Folder({ 'site.conf': site(port), 'htdocs/index.html': 'x' });
    const { status, stderr } = run(['-X', '-f', `${folder.path}/site.conf`]);
    expect(status).toBe(1);
    expect(stderr).toContain(
      `site.conf:1:8: could not bind to address 127.0.0.1:${port}: it is already in use`,
    );
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(folder.read('gateway.pid')).toBe('');
  });

  test('a log that cannot be opened is one clear line with its place', async () => {
    const port = await freePort();
    folder = new Folder({ 'site.conf': site(port, 'CustomLog @DIR@/htdocs "%r"'), 'htdocs/index.html': 'x' });
    const { status, stderr } = run(['-X', '-f', `${folder.path}/site.conf`]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/httpd-gateway: \S+site\.conf:7:1: EISDIR: .*htdocs'\n/);
    expect(stderr).not.toMatch(/\n {4}at /);
    const errorLog = site(port).replace('ErrorLog @DIR@/error.log', 'ErrorLog @DIR@/none/error.log');
    folder.write('site.conf', errorLog);
    expect(run(['-X', '-f', `${folder.path}/site.conf`]).stderr).toMatch(/site\.conf:5:1: ENOENT: /);
  });

  test('a file that is missing or unreadable is one clear line', () => {
    folder = new Folder();
    const { status, stderr } = run(['-X', '-f', `${folder.path}/none.conf`]);
    expect(status).toBe(1);
    expect(stderr).toBe(
      `error: Could not open configuration file ${folder.path}/none.conf: No such file or directory [load/file-unreadable]\n    --> ${folder.path}/none.conf:1:1\n\n`,
    );
  });

  test('includes of a fragment stand beside it', async () => {
    const port = await freePort();
    folder = new Folder({
      'site.conf': site(port, 'Include more/*.conf\n'),
      'more/a.conf': 'Alias /beside @DIR@/elsewhere\n',
      'elsewhere/a.txt': 'found',
      'htdocs/index.html': 'x',
    });
    await start('-X', '-f', `${folder.path}/site.conf`).answers(port);
    expect(await get(port, '/beside/a.txt')).toContain('found');
    folder.write('site.conf', site(port, 'Include none/*.conf\n'));
    expect(run(['-t', '-f', `${folder.path}/site.conf`]).stderr).toMatch(/site\.conf:7:9\n/);
  });

  test('--listen replaces the Listen lines', async () => {
    const [port, other] = [await freePort(), await freePort()];
    folder = new Folder({ 'site.conf': site(port), 'htdocs/index.html': 'here' });
    await start('-X', '-f', `${folder.path}/site.conf`, '--listen', `127.0.0.1:${other}`).answers(other);
    expect(await get(other, '/')).toContain('here');
    expect(await get(port, '/')).toBeUndefined();
  });

  test('--port-map opens another port; virtual hosts are chosen by the one they name', async () => {
    const port = await freePort();
    const hosts = '<VirtualHost *:80>\nDocumentRoot @DIR@/eighty\n</VirtualHost>\n';
    const text = site(80, hosts).replace('Listen 127.0.0.1:80', 'Listen 80');
    folder = new Folder({ 'site.conf': text, 'eighty/index.html': 'port 80', 'htdocs/index.html': 'main' });
    await start('-X', '-f', `${folder.path}/site.conf`, '--port-map', `80:${port}`).answers(port);
    expect(await get(port, '/')).toContain('port 80');
  });

  test('what is not served is told once, and refused with --strict', async () => {
    const port = await freePort();
    const text = site(
      port,
      'ExtendedStatus On\nAddOutputFilterByType SED text/html\n<Location /dav>\nDav On\n</Location>\n',
    );
    folder = new Folder({ 'site.conf': text, 'htdocs/index.html': 'x' });
    const strict = run(['-X', '--strict', '-f', `${folder.path}/site.conf`]);
    expect(strict.status).toBe(1);
    expect(strict.stderr).toMatch(/site\.conf:\d+:\d+: error: \w+ is not served: /);
  });

  test('a handler that is not served is named with its place, and no program is sent as text', async () => {
    const port = await freePort();
    const text = site(
      port,
      `<Location /status>
SetHandler server-status
</Location>
AddHandler application/x-httpd-php .php
AddType application/x-httpd-php .php5
AddHandler fcgid-script .fcgi
AddHandler unheard-of .txt
ScriptAlias /cgi-bin/ /nowhere/
<Location /program>
SetHandler cgi-script
</Location>
`,
    );
    folder = new Folder({
      'site.conf': text,
      'htdocs/a.php': '<?php secret',
      'htdocs/a.php5': '<?php secret',
      'htdocs/a.fcgi': 'secret',
      'htdocs/a.txt': 'text',
    });
    const gateway = start('-X', '-f', `${folder.path}/site.conf`);
    await gateway.answers(port);
    const told = [...gateway.output.matchAll(/site\.conf:(\d+:\d+): warning: (.*?) is not served/g)];
    expect(told.map(([, place, what]) => `${place} ${what}`)).toEqual([
      '8:1 SetHandler server-status',
      '10:1 AddHandler application/x-httpd-php',
      '11:1 AddType application/x-httpd-php',
      '12:1 AddHandler fcgid-script',
      '14:1 ScriptAlias',
      '16:1 SetHandler cgi-script',
    ]);
    for (const path of ['/a.php', '/a.php5', '/a.fcgi']) {
      const answer = await get(port, path);
      expect(answer).toMatch(/^HTTP\/1\.1 500 /);
      expect(answer).not.toContain('secret');
    }
    expect(await get(port, '/a.txt')).toMatch(/^HTTP\/1\.1 200 [^]*text$/);
  });

  test.runIf(process.getuid?.() === 0)(
    'root is warned of logs in a folder that anyone may write',
    async () => {
      const port = await freePort();
      const text = site(port, 'CustomLog @DIR@/open/a.log "%r"\nTransferLog @DIR@/open/b.log\n');
      folder = new Folder({ 'site.conf': text, 'htdocs/index.html': 'x', 'open/a.log': '' });
      chmodSync(`${folder.path}/open`, 0o777);
      const gateway = start('-X', '-f', `${folder.path}/site.conf`);
      await gateway.answers(port);
      const warnings = gateway.output.split('\n').filter((line) => line.includes('everybody may write'));
      expect(warnings).toEqual([
        `${folder.path}/site.conf:7:1: warning: everybody may write to ${folder.path}/open, where root opens a log`,
      ]);
    },
  );

  test('a directive that protects something stops the start, unless it is allowed to be left out', async () => {
    const port = await freePort();
    const text = site(port, '<Location /private>\nSSLRequireSSL\n</Location>\n');
    folder = new Folder({ 'site.conf': text, 'htdocs/index.html': 'x' });
    const refused = run(['-X', '-f', `${folder.path}/site.conf`]);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('--allow-unserved SSLRequireSSL');
    await start('-X', '-f', `${folder.path}/site.conf`, '--allow-unserved', 'SSLRequireSSL').answers(port);
  });
});

describe('.htaccess', () => {
  const open = '<Directory @DIR@/htdocs>\nAllowOverride All\n</Directory>\n';

  test.each([['-X'], ['-D', 'FOREGROUND']])(
    '%s: a line that protects and is not served shuts the folder',
    async (...mode) => {
      const port = await freePort();
      folder = new Folder({
        'site.conf': site(port, open),
        'htdocs/index.html': 'free',
        'htdocs/shut/index.html': 'protected',
        'htdocs/shut/.htaccess': 'SSLRequireSSL\n',
        'htdocs/odd/index.html': 'served',
        'htdocs/odd/.htaccess': 'AddOutputFilterByType SED text/html\n',
      });
      await start(...mode, '-f', `${folder.path}/site.conf`).answers(port);
      expect(await get(port, '/')).toContain('free');
      expect(await get(port, '/shut/')).toMatch(/^HTTP\/1\.1 500 /);
      expect(await get(port, '/odd/')).toContain('served');
      await until('both lines in the error log', () =>
        folder.read('error.log').includes('AddOutputFilterByType is not served'),
      );
      expect(folder.read('error.log')).toMatch(/shut\/\.htaccess:1:1: SSLRequireSSL is not served/);
    },
  );
});

describe('in the background', () => {
  test('starts, reloads, refuses a broken file, and stops by its pid file', async () => {
    const port = await freePort();
    folder = new Folder({ 'site.conf': site(port), 'htdocs/index.html': 'one', 'second/index.html': 'two' });
    const file = `${folder.path}/site.conf`;
    const command = (action: string): ReturnType<typeof run> => run(['-k', action, '-f', file]);
    try {
      expect(command('start').status).toBe(0);
      const pid = folder.read('gateway.pid').trim();
      expect(await get(port, '/')).toContain('one');
      expect(command('start')).toMatchObject({ status: 0, stdout: `httpd (pid ${pid}) already running\n` });

      folder.write('site.conf', site(port).replace('htdocs', 'second'));
      expect(command('graceful').status).toBe(0);
      await until('the new configuration', async () => (await get(port, '/'))?.includes('two'));

      folder.write('site.conf', `${site(port)}Nonsense\n`);
      const broken = command('graceful');
      expect(broken.status).toBe(1);
      expect(broken.stderr).toContain('Nonsense');
      expect(await get(port, '/')).toContain('two');

      folder.write('site.conf', site(port));
      expect(command('stop').status).toBe(0);
      expect(await get(port, '/')).toBeUndefined();
      expect(command('stop')).toMatchObject({ status: 0, stdout: 'httpd (no pid file) not running\n' });
    } finally {
      const pid = Number(folder.read('gateway.pid'));
      if (pid > 0) process.kill(pid, 'SIGKILL');
    }
  });

  test('O13 a pid file that names somebody else, or nobody, is stale', async () => {
    const port = await freePort();
    folder = new Folder({ 'site.conf': site(port), 'htdocs/index.html': 'x' });
    for (const stale of [String(process.pid), '999999999', 'nonsense', '']) {
      folder.write('gateway.pid', stale);
      expect(run(['-k', 'stop', '-f', `${folder.path}/site.conf`]).stdout).toContain('not running');
      const gateway = start('-X', '-f', `${folder.path}/site.conf`);
      await gateway.answers(port);
      expect(folder.read('gateway.pid').trim()).toBe(String(gateway.child.pid));
      await gateway.stop();
    }
  });

  test('a start that fails ends with 1 and leaves nothing behind', async () => {
    const port = await freePort();
    folder = new Folder({ 'site.conf': site(port, 'Nonsense\n') });
    const { status, stderr } = run(['-f', `${folder.path}/site.conf`]);
    expect(status).toBe(1);
    expect(stderr).toContain('Nonsense');
    expect(await get(port, '/')).toBeUndefined();
  });
});

test('--log-style json writes one record a line in both logs', async () => {
  const port = await freePort();
  const denied = '<Location /shut>\nRequire all denied\n</Location>\n';
  folder = new Folder({ 'site.conf': site(port, denied), 'htdocs/index.html': 'x' });
  const gateway = start('-X', '--log-style', 'json', '-f', `${folder.path}/site.conf`);
  await gateway.answers(port);
  await get(port, '/shut/a%22b%0a');
  await until('the record', () => folder.read('access.log').includes('/shut'));
  const records = (name: string): Record<string, unknown>[] =>
    folder
      .read(name)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(records('access.log').at(-1)).toEqual({
    log: 'access',
    request: 'GET /shut/a%22b%0a HTTP/1.1',
    status: 403,
  });
  await until('the error', () => folder.read('error.log').includes('AH01630'));
  expect(records('error.log').at(-1)).toMatchObject({
    level: 'error',
    module: 'authz_core',
    number: 'AH01630',
  });
});

describe('signals', () => {
  test('USR1 with a broken file keeps the old configuration and says why in the error log', async () => {
    const port = await freePort();
    folder = new Folder({ 'site.conf': site(port), 'htdocs/index.html': 'old' });
    const gateway = start('-D', 'FOREGROUND', '-f', `${folder.path}/site.conf`);
    await gateway.answers(port);
    folder.write('site.conf', `${site(port)}Nonsense On\n`);
    gateway.child.kill('SIGUSR1');
    await until('a line in the error log', () =>
      folder.read('error.log').includes('the one before stays in force'),
    );
    expect(folder.read('error.log')).toMatch(/site\.conf:8:1: error: Invalid command/);
    expect(await get(port, '/')).toContain('old');
  });

  test('USR1 reopens logs that were renamed', async () => {
    const port = await freePort();
    folder = new Folder({
      'site.conf': site(port),
      'htdocs/index.html': 'x',
      'htdocs/a': 'a',
      'htdocs/b': 'b',
    });
    const gateway = start('-D', 'FOREGROUND', '-f', `${folder.path}/site.conf`);
    await gateway.answers(port);
    await get(port, '/a');
    await until('the first line', () => folder.read('access.log').includes('/a'));
    folder.write('old.log', folder.read('access.log'));
    const { renameSync } = await import('node:fs');
    renameSync(`${folder.path}/access.log`, `${folder.path}/access.log.1`);
    gateway.child.kill('SIGUSR1');
    await until('the new file', async () => {
      await get(port, '/b');
      return folder.read('access.log').includes('/b');
    });
    expect(folder.read('access.log.1')).toContain('/a');
    expect(folder.read('access.log')).not.toContain('/a ');
  });

  test('TERM ends at once, and the pid file is gone', async () => {
    const port = await freePort();
    folder = new Folder({ 'site.conf': site(port), 'htdocs/index.html': 'x' });
    const gateway = start('-D', 'FOREGROUND', '-f', `${folder.path}/site.conf`);
    await gateway.answers(port);
    expect(await gateway.stop('SIGTERM')).toBe(0);
    expect(folder.read('gateway.pid')).toBe('');
    expect(folder.read('error.log')).toContain('AH00491');
  });
});

test.each([['-X'], ['-D', 'FOREGROUND', '--processes', '2']])(
  '%s: no request is lost in a reload',
  async (...mode) => {
    const port = await freePort();
    folder = new Folder({ 'site.conf': site(port), 'htdocs/index.html': 'x' });
    const gateway = start(...mode, '-f', `${folder.path}/site.conf`);
    await gateway.answers(port);
    const reloads = (): number => folder.read('error.log').split('resuming normal operations').length - 1;
    await until('the start', () => reloads() === 1);
    let isDone = false;
    const answers: (string | undefined)[] = [];
    const client = async (): Promise<void> => {
      while (!isDone) answers.push((await get(port, '/'))?.slice(0, 15));
    };
    const clients = Array.from({ length: 6 }, client);
    for (const count of [2, 3, 4]) {
      gateway.child.kill('SIGUSR1');
      await until(`reload ${count - 1}`, () => reloads() === count);
    }
    isDone = true;
    await Promise.all(clients);
    expect(answers.length).toBeGreaterThan(10);
    expect(new Set(answers)).toEqual(new Set(['HTTP/1.1 200 OK']));
  },
);

describe('several processes', () => {
  test('one that is killed is replaced, and the others go on', async () => {
    const port = await freePort();
    folder = new Folder({ 'site.conf': site(port), 'htdocs/index.html': 'x' });
    const gateway = start('-D', 'FOREGROUND', '--processes', '2', '-f', `${folder.path}/site.conf`);
    await gateway.answers(port);
    const children = (): readonly number[] => childrenOf(gateway.child.pid!);
    await until(
      'both processes to be ready',
      () => folder.read('gateway.pid') !== '' && children().length === 2,
    );
    const [victim] = children();
    process.kill(victim!, 'SIGKILL');
    expect(await get(port, '/')).toContain('200 OK');
    await until('another in its place', () => children().length === 2 && !children().includes(victim!));
    await until('a line about it', () => folder.read('error.log').includes('another is started'));
    expect(await get(port, '/')).toContain('200 OK');
  });

  test('they end when their primary is killed', async () => {
    const port = await freePort();
    folder = new Folder({ 'site.conf': site(port), 'htdocs/index.html': 'x' });
    const gateway = start('-D', 'FOREGROUND', '--processes', '2', '-f', `${folder.path}/site.conf`);
    await gateway.answers(port);
    await gateway.stop('SIGKILL');
    await until('nobody on the port', async () => (await get(port, '/')) === undefined);
  });
});

function childrenOf(pid: number): readonly number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1');
    return text
      .split(' ')
      .filter((word) => word !== '')
      .map(Number);
  } catch {
    return [];
  }
}
