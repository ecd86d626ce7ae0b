import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';

import { afterEach, describe, expect, test } from 'vitest';

import { CLI, Folder, get, Running, until } from '../cli/gateway.ts';
import { freePort } from '../harness/free-port.ts';
import { exchange } from '../harness/client.ts';
import { MisbehavingResponder } from '../harness/misbehaving-responder.ts';

let folder: Folder;
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  folder.dispose();
});

function start(...args: string[]): Running {
  const gateway = new Running(args);
  cleanups.push(() => gateway.stop('SIGKILL'));
  return gateway;
}

/** Waits until it answers, and every process of it is ready. */
async function isUp(gateway: Running, port: number): Promise<void> {
  await gateway.answers(port);
  await until('a pid file', () => folder.read('gateway.pid') !== '');
}

const site = (port: number, text = ''): string => `Listen 127.0.0.1:${port}
ServerName localhost
DocumentRoot @DIR@/htdocs
PidFile @DIR@/gateway.pid
ErrorLog @DIR@/error.log
${text}
`;

async function slowApplication(): Promise<MisbehavingResponder> {
  const responder = new MisbehavingResponder({
    behaviours: {
      endless: (talk) => void talk.out('Content-Type: text/plain\r\n\r\nbegun '),
      slow: async (talk) => {
        talk.out('Content-Type: text/plain\r\n\r\nbegun ');
        await new Promise((wake) => setTimeout(wake, 1200));
        talk.out('and ended').finish();
      },
    },
  });
  await responder.listen(0);
  cleanups.push(() => responder.close());
  return responder;
}

/** Makes `folder` a site with a file, and with such an application below /app/. */
async function slowSite(more = ''): Promise<{ responder: MisbehavingResponder; port: number }> {
  const responder = await slowApplication();
  const port = await freePort();
  const pass = `ProxyPass /app/ fcgi://127.0.0.1:${responder.port}/\n${more}`;
  folder = new Folder({ 'site.conf': site(port, pass), 'htdocs/index.html': 'it works' });
  return { responder, port };
}

/** Clients that ask again and again until told to stop; gives how many answers were good, and the others. */
function load(port: number, clients: number): () => Promise<{ good: number; bad: readonly string[] }> {
  let isDone = false;
  let good = 0;
  const bad: string[] = [];
  const running = Array.from({ length: clients }, async () => {
    while (!isDone) {
      const answer = await get(port, '/index.html');
      if (answer?.startsWith('HTTP/1.1 200 ') === true && answer.endsWith('it works')) good += 1;
      else bad.push(answer?.slice(0, 60) ?? 'no answer');
    }
  });
  return async () => {
    isDone = true;
    await Promise.all(running);
    return { good, bad };
  };
}

const pause = (ms: number): Promise<void> => new Promise((wake) => setTimeout(wake, ms));

const occurrences = (text: string, part: string): number => text.split(part).length - 1;

describe('operations', () => {
  test.each([[[]], [['--processes', '2']]])('O1 reloads under load cost no request %j', async (more) => {
    const port = await freePort();
    folder = new Folder({ 'site.conf': site(port), 'htdocs/index.html': 'it works' });
    const gateway = start('-D', 'FOREGROUND', ...more, '-f', `${folder.path}/site.conf`);
    await isUp(gateway, port);
    const finish = load(port, 12);
    for (let round = 1; round <= 3; round += 1) {
      await pause(200);
      gateway.child.kill('SIGUSR1');
      await until('a reload', () => occurrences(folder.read('error.log'), 'AH00493') >= round);
    }
    await pause(200);
    const { good, bad } = await finish();
    expect(good).toBeGreaterThan(0);
    expect(bad).toEqual([]);
  });

  test('O2 an answer in flight is completed over a reload, and the new configuration is in force', async () => {
    const { responder, port } = await slowSite();
    const gateway = start('-D', 'FOREGROUND', '-f', `${folder.path}/site.conf`);
    await isUp(gateway, port);
    const answer = get(port, '/app/x?do=slow');
    await until('the request to arrive', () => responder.requests === 1);
    folder.write('site.conf', site(port, 'Redirect /app/ http://elsewhere.test/'));
    gateway.child.kill('SIGUSR1');
    await until('the new configuration', async () => (await get(port, '/app/'))?.includes(' 302 '));
    expect(await answer).toMatch(/begun [^]*and ended/);
  });

  test('O3 a broken file keeps the old configuration under load', async () => {
    const port = await freePort();
    folder = new Folder({ 'site.conf': site(port), 'htdocs/index.html': 'it works' });
    const gateway = start('-D', 'FOREGROUND', '-f', `${folder.path}/site.conf`);
    await isUp(gateway, port);
    const finish = load(port, 4);
    folder.write('site.conf', site(port, 'Nonsense On'));
    gateway.child.kill('SIGUSR1');
    await until('a line about it', () => folder.read('error.log').includes('stays in force'));
    const { good, bad } = await finish();
    expect(good).toBeGreaterThan(0);
    expect(bad).toEqual([]);
  });

  test('O4 a process that is killed costs only its own requests, and is replaced', async () => {
    const port = await freePort();
    folder = new Folder({ 'site.conf': site(port), 'htdocs/index.html': 'it works' });
    const gateway = start('-D', 'FOREGROUND', '--processes', '2', '-f', `${folder.path}/site.conf`);
    await isUp(gateway, port);
    const [victim] = childrenOf(gateway.child.pid ?? 0);
    const finish = load(port, 8);
    await pause(200);
    process.kill(victim ?? 0, 'SIGKILL');
    await until('another in its place', () => {
      const children = childrenOf(gateway.child.pid ?? 0);
      return children.length === 2 && !children.includes(victim ?? 0);
    });
    await pause(300);
    const { good, bad } = await finish();
    expect(good).toBeGreaterThan(0);
    expect(bad.length).toBeLessThanOrEqual(8);
    expect(gateway.isAlive).toBe(true);
  });

  test('O4 while no process is left, clients wait for the next one: nobody is refused', async () => {
    const port = await freePort();
    folder = new Folder({ 'site.conf': site(port), 'htdocs/index.html': 'it works' });
    const gateway = start('-D', 'FOREGROUND', '--processes', '2', '-f', `${folder.path}/site.conf`);
    await isUp(gateway, port);
    const killed = new Set<number>();
    for (let round = 0; round < 2; round += 1) {
      const victims = await until('two new processes', () => {
        const children = childrenOf(gateway.child.pid ?? 0).filter((pid) => !killed.has(pid));
        return children.length === 2 ? children : undefined;
      });
      for (const victim of victims) {
        killed.add(victim);
        process.kill(victim, 'SIGKILL');
      }
      await until('their end', () => childrenOf(gateway.child.pid ?? 0).every((pid) => !killed.has(pid)));
      const answers = await Promise.all(Array.from({ length: 20 }, () => get(port, '/index.html')));
      for (const answer of answers) expect(answer).toContain('it works');
    }
    gateway.child.kill('SIGTERM');
    await until('its end', () => !gateway.isAlive);
    expect(await get(port, '/')).toBeUndefined();
  });

  test('O12 a port that is in use stops the start of several processes, too, with its place', async () => {
    const port = await freePort();
    folder = new Folder({ 'site.conf': site(port), 'htdocs/index.html': 'it works' });
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(port, '127.0.0.1', resolve));
    cleanups.push(() => blocker.close());
    const gateway = start('-D', 'FOREGROUND', '--processes', '2', '-f', `${folder.path}/site.conf`);
    await until('its end', () => !gateway.isAlive);
    expect(gateway.child.exitCode).toBe(1);
    expect(gateway.output).toMatch(
      /site\.conf:1:8: could not bind to address 127\.0\.0\.1:\d+: it is already in use/,
    );
    expect(gateway.output).not.toMatch(/\n {4}at /);
    expect(folder.read('gateway.pid')).toBe('');
  });

  test('a reload opens new addresses and closes old ones; one in use keeps the old configuration', async () => {
    const [port, other, taken] = [await freePort(), await freePort(), await freePort()];
    folder = new Folder({ 'site.conf': site(port), 'htdocs/index.html': 'it works' });
    const gateway = start('-D', 'FOREGROUND', '--processes', '2', '-f', `${folder.path}/site.conf`);
    await isUp(gateway, port);
    folder.write('site.conf', site(other));
    gateway.child.kill('SIGUSR1');
    await until('the new address', () => get(other, '/index.html'));
    await until('the end of the old one', async () => (await get(port, '/')) === undefined);
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(taken, '127.0.0.1', resolve));
    cleanups.push(() => blocker.close());
    folder.write('site.conf', site(taken));
    gateway.child.kill('SIGUSR1');
    await until('a line about it', () => folder.read('error.log').includes('already in use'));
    expect(await get(other, '/index.html')).toContain('it works');
  });

  test('O6 out of descriptors it does not spin, and serves again afterwards', async () => {
    const port = await freePort();
    folder = new Folder({ 'site.conf': site(port, 'KeepAliveTimeout 30'), 'htdocs/index.html': 'it works' });
    const child = spawn(
      'sh',
      ['-c', 'ulimit -n 100; exec "$0" "$@"', process.execPath, CLI, '-X', '-f', `${folder.path}/site.conf`],
      { stdio: 'ignore' },
    );
    cleanups.push(() => child.kill('SIGKILL'));
    await until('an answer', () => get(port, '/index.html'));
    const clients: Socket[] = [];
    for (let count = 0; count < 200; count += 1) {
      const client = connect({ port, host: '127.0.0.1' });
      client.on('error', () => {});
      clients.push(client);
    }
    await pause(500);
    const before = cpuTicks(child.pid ?? 0);
    await pause(1000);
    expect(cpuTicks(child.pid ?? 0) - before).toBeLessThan(50);
    // The first client's connection was there before descriptors ran out.
    const answer = new Promise<string>((resolve) =>
      clients[0]?.once('data', (bytes) => resolve(bytes.toString('latin1'))),
    );
    clients[0]?.write('GET /index.html HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(await answer).toMatch(/^HTTP\/1\.1 (?:200|403|503) /);
    for (const client of clients) client.destroy();
    await until('an answer again', async () => (await get(port, '/index.html'))?.includes('it works'));
    expect(child.exitCode).toBeNull();
  });

  test('O16 a process whose event loop stands still is replaced; the others serve on', async () => {
    const port = await freePort();
    folder = new Folder({ 'site.conf': site(port), 'htdocs/index.html': 'it works' });
    const gateway = start('-D', 'FOREGROUND', '--processes', '2', '-f', `${folder.path}/site.conf`);
    await isUp(gateway, port);
    const [stuck] = childrenOf(gateway.child.pid ?? 0);
    process.kill(stuck ?? 0, 'SIGSTOP');
    await until('its standstill', () => /\) T /.test(readFileSync(`/proc/${stuck}/stat`, 'latin1')));
    for (let count = 0; count < 20; count += 1) expect(await get(port, '/index.html')).toContain('it works');
    await until(
      'another in its place',
      () => {
        const children = childrenOf(gateway.child.pid ?? 0);
        return children.length === 2 && !children.includes(stuck ?? 0);
      },
      60_000,
    );
    await until('a line about it', () =>
      folder.read('error.log').includes(`serving process ${stuck} has been silent for too long`),
    );
    for (let count = 0; count < 20; count += 1) expect(await get(port, '/index.html')).toContain('it works');
  }, 90_000);

  test('O17 a process whose memory is full finishes what runs and is replaced; nobody is refused', async () => {
    const { port } = await slowSite('RequestReadTimeout header=120\n');
    const gateway = new Running(
      ['-D', 'FOREGROUND', '--processes', '2', '-f', `${folder.path}/site.conf`],
      ['--max-old-space-size=128'],
    );
    cleanups.push(() => gateway.stop('SIGKILL'));
    await isUp(gateway, port);
    const clients: Socket[] = [];
    cleanups.push(() => clients.forEach((client) => client.destroy()));
    // Heads that are never finished; each is as large as the limits let it be.
    const head = `GET / HTTP/1.1\r\n${Array.from({ length: 95 }, (_, n) => `X-${n}: ${'h'.repeat(8000)}\r\n`).join('')}`;
    await until(
      'a process that leaves',
      async () => {
        const client = connect({ port, host: '127.0.0.1' });
        client.on('error', () => {});
        clients.push(client);
        await new Promise<void>((resolve) => client.write(head, 'latin1', () => resolve()));
        await pause(20);
        return folder.read('error.log').includes('its memory is full');
      },
      60_000,
    );
    for (let count = 0; count < 20; count += 1) expect(await get(port, '/index.html')).toContain('it works');
    expect(gateway.isAlive).toBe(true);
  }, 90_000);

  test('O9 a full log device stops nothing', async () => {
    const port = await freePort();
    const logs = 'CustomLog /dev/full "%r %>s"\n';
    folder = new Folder({ 'site.conf': site(port, logs), 'htdocs/index.html': 'it works' });
    const gateway = start('-X', '-f', `${folder.path}/site.conf`);
    await gateway.answers(port);
    for (let count = 0; count < 100; count += 1) expect(await get(port, '/index.html')).toContain('it works');
    await until('a line about it', () => /\/dev\/full/.test(folder.read('error.log')));
    expect(occurrences(folder.read('error.log'), '/dev/full')).toBeLessThanOrEqual(2);
  });

  test('O9 neither does a full error log', async () => {
    const port = await freePort();
    const text = site(port, 'LogLevel debug\n').replace('@DIR@/error.log', '/dev/full');
    folder = new Folder({ 'site.conf': text, 'htdocs/index.html': 'it works' });
    const gateway = start('-X', '-f', `${folder.path}/site.conf`);
    await gateway.answers(port);
    for (let count = 0; count < 50; count += 1) expect(await get(port, '/%00')).toContain(' 404 ');
    expect(await get(port, '/index.html')).toContain('it works');
    expect(gateway.isAlive).toBe(true);
  });

  test.each([[[]], [['--processes', '2']]])(
    'O15 a graceful stop finishes what runs, and takes nothing new %j',
    async (more) => {
      const { responder, port } = await slowSite();
      const gateway = start('-D', 'FOREGROUND', ...more, '-f', `${folder.path}/site.conf`);
      await gateway.answers(port);
      const answer = get(port, '/app/x?do=slow');
      await until('the request to arrive', () => responder.requests === 1);
      gateway.child.kill('SIGWINCH');
      await until('a closed port', async () => (await get(port, '/index.html')) === undefined);
      expect(await answer).toMatch(/begun [^]*and ended/);
      await until('its end', () => !gateway.isAlive);
      expect(gateway.child.exitCode).toBe(0);
      expect(folder.read('gateway.pid')).toBe('');
    },
  );

  test('O11 a spool folder that cannot be written costs only the uploads that need it', async () => {
    const { responder, port } = await slowSite();
    const gateway = new Running(['-X', '-f', `${folder.path}/site.conf`], [], {
      TMPDIR: `${folder.path}/none`,
    });
    cleanups.push(() => gateway.stop('SIGKILL'));
    await isUp(gateway, port);
    const upload = async (bytes: number): Promise<string> => {
      const body = `${bytes.toString(16)}\r\n${'b'.repeat(bytes)}\r\n0\r\n\r\n`;
      const head = 'POST /app/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
      const { responses } = await exchange(port, [{ kind: 'bytes', bytes: head + body }], ['POST']);
      return `${responses[0]?.statusLine} ${responses[0]?.body}`;
    };
    expect(await upload(1_000_000)).toContain(' 503 ');
    expect(responder.requests).toBe(0);
    await until('the reason', () =>
      /Can't keep a request body in \S+ \(ENOENT/.test(folder.read('error.log')),
    );
    expect(await upload(1000)).toMatch(/ 200 .*stdin=1000$/);
    expect(await get(port, '/index.html')).toContain('it works');
  });

  test('O15 SIGTERM ends it at once, also while a request runs', async () => {
    const { responder, port } = await slowSite();
    const gateway = start('-D', 'FOREGROUND', '-f', `${folder.path}/site.conf`);
    await isUp(gateway, port);
    const answer = get(port, '/app/x?do=endless');
    await until('the request to arrive', () => responder.requests === 1);
    expect(await gateway.stop('SIGTERM')).toBe(0);
    expect((await answer) ?? '').not.toContain('and ended');
  });
});

/** Processor time that a process has used, in hundredths of a second. */
function cpuTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1');
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map(Number);
}
