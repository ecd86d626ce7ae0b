/**
 * Measures the gateway against apache2 with the event MPM and nginx, all in one run: each server on the first core,
 * the load and the application on the second. Prints ratios; absolute figures are good for this machine only.
 *
 * npm run bench -- [--seconds N] [--rounds N] [--only TEXT] [--cli PATH]
 *
 * The servers run side by side and take turns at each row, so that a noisy machine disturbs them alike; a figure is the
 * median of its rounds.
 */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { cpuMicros, option, residentBytes, stop, timeCommand, wrk } from './measure.ts';
import { freePort } from '../../test/harness/free-port.ts';
import { fpmProgram, reportCrowd } from './crowd.ts';
import { CLI, startServer, writeSite, type Bench, type ServerName, type Started } from './servers.ts';
import { reportStreams } from './streams.ts';

interface Row {
  readonly name: string;
  readonly path: string;
  /** Largest share of apache2's CPU that DESIGN allows. */
  readonly floor: number;
}

const ROWS: readonly Row[] = [
  { name: 'small FastCGI answer, connections reused', path: '/reuse/index.php', floor: 0.5 },
  { name: 'small FastCGI answer, unix connections reused', path: '/kept/index.php', floor: 0.5 },
  { name: 'small FastCGI answer, new TCP connection', path: '/tcp/index.php', floor: 0.85 },
  { name: 'small FastCGI answer, new unix connection', path: '/unix/index.php', floor: 0.85 },
  { name: 'static file of 16 KiB', path: '/static/page.html', floor: 0.8 },
  { name: 'site with .htaccess', path: '/plain/index.php', floor: 0.8 },
  { name: 'site with .htaccess and rewrite rules', path: '/blog/a/pretty/url', floor: 0.8 },
  { name: 'FastCGI answer of 128 KiB, reused', path: '/reuse/big.php', floor: 0.8 },
];

const seconds = Number(option('seconds', '3'));
const rounds = Number(option('rounds', '3'));
const only = option('only', '');
const connections = Number(option('connections', '16'));

interface Figure {
  readonly cpuUs: number;
  readonly perSecond: number;
  readonly errors: number;
}

/** Requests that a server answers before it is measured: compiled code is what serves a site. */
const WARM_REQUESTS = 30_000;
const MOST_WARM_SECONDS = 20;

async function warmUp(url: string): Promise<void> {
  let requests = 0;
  for (let second = 0; second < MOST_WARM_SECONDS && requests < WARM_REQUESTS; second += 2) {
    requests += (await wrk(url, 2, connections)).requests;
  }
}

async function measureOnce(url: string, pid: number): Promise<Figure> {
  const before = cpuMicros(pid);
  const { requests, perSecond, errors } = await wrk(url, seconds, connections);
  return { cpuUs: (cpuMicros(pid) - before) / Math.max(1, requests), perSecond, errors };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

function medianFigure(rounds_: readonly Figure[]): Figure {
  return {
    cpuUs: median(rounds_.map(({ cpuUs }) => cpuUs)),
    perSecond: median(rounds_.map(({ perSecond }) => perSecond)),
    errors: rounds_.reduce((sum, { errors }) => sum + errors, 0),
  };
}

/** One row for every server, turn by turn. */
async function measureRow(
  { path }: Row,
  servers: ReadonlyMap<ServerName, Started>,
): Promise<ReadonlyMap<ServerName, Figure>> {
  const figures = new Map<ServerName, Figure[]>();
  for (const [name, { port }] of servers) {
    figures.set(name, []);
    if (name === 'gateway') await warmUp(`http://127.0.0.1:${port}${path}`);
  }
  for (let round = 0; round < rounds; round++) {
    for (const [name, { port, child }] of servers) {
      figures.get(name)!.push(await measureOnce(`http://127.0.0.1:${port}${path}`, child.pid!));
    }
  }
  return new Map([...figures].map(([name, list]) => [name, medianFigure(list)]));
}

/** Resident bytes that idle kept connections add, for each. */
async function idleBytes(pid: number, port: number, count: number): Promise<number> {
  const before = residentBytes(pid);
  const sockets: Socket[] = [];
  for (let at = 0; at < count; at += 200) {
    await Promise.all(Array.from({ length: Math.min(200, count - at) }, () => oneKept(port, sockets)));
  }
  const after = residentBytes(pid);
  for (const socket of sockets) socket.destroy();
  return (after - before) / count;
}

function oneKept(port: number, sockets: Socket[]): Promise<void> {
  return new Promise((done, fail) => {
    const socket = connect({ port, host: '127.0.0.1' });
    sockets.push(socket);
    socket.once('error', fail);
    socket.once('connect', () => socket.write('GET /static/page.html HTTP/1.1\r\nHost: localhost\r\n\r\n'));
    socket.once('data', () => done());
    socket.resume();
  });
}

function manyVhosts(root: string): string {
  const modules = ['mpm_event', 'authz_core', 'alias', 'dir', 'env', 'rewrite', 'proxy', 'proxy_fcgi'];
  const lines = modules.map((m) => `LoadModule ${m}_module /usr/lib/apache2/modules/mod_${m}.so`);
  lines.push(
    `ServerRoot ${root}`,
    'ServerName localhost',
    'Listen 127.0.0.1:1',
    `ErrorLog ${root}/many.error`,
  );
  for (let n = 0; n < 10_000; n++) {
    lines.push(
      '<VirtualHost *:80>',
      `    ServerName site${n}.example.org`,
      `    ServerAlias www.site${n}.example.org`,
      `    DocumentRoot "${root}/htdocs"`,
      `    <Directory "${root}/htdocs">`,
      '        Options FollowSymLinks',
      '        AllowOverride None',
      '        Require all granted',
      '    </Directory>',
      '    RewriteEngine On',
      '    RewriteRule "^/old/(.*)$" "/new/$1" [R=301,L]',
      `    Alias "/static/${n}/" "${root}/htdocs/static/"`,
      '    <FilesMatch "\\.php$">',
      `        SetHandler "proxy:unix:/run/php/site${n}.sock|fcgi://localhost"`,
      '    </FilesMatch>',
      `    SetEnv SITE_NUMBER ${n}`,
      '</VirtualHost>',
    );
  }
  const file = join(root, 'many.conf');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

const ratio = (own: number, other: number): string => (own / other).toFixed(2);

async function main(): Promise<void> {
  const needed = ['/usr/sbin/apache2', '/usr/sbin/nginx', '/usr/bin/wrk', '/usr/bin/taskset'];
  const missing = needed.filter((path) => !existsSync(path));
  if (missing.length > 0) throw new Error(`the benchmark needs ${missing.join(', ')}`);
  const root = mkdtempSync(join(tmpdir(), 'hgw-bench-'));
  chmodSync(root, 0o755);
  writeSite(root);
  const bench: Bench = {
    root,
    fcgiPort: await freePort(),
    fcgiSocket: join(root, 'app.sock'),
    fpmPort: await freePort(),
  };
  const responderPath = resolve(import.meta.dirname, 'responder.ts');
  const responder = spawn(
    'taskset',
    ['-c', '1', process.execPath, '--import', 'tsx', responderPath, String(bench.fcgiPort), bench.fcgiSocket],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await new Promise((done) => responder.stdout.once('data', done));

  const servers = new Map<ServerName, Started>();
  try {
    for (const name of ['apache2', 'nginx', 'gateway'] as const) {
      servers.set(name, await startServer(name, bench, await freePort()));
    }
    console.log(
      `start to first answer: ${[...servers].map(([name, { startMs }]) => `${name} ${startMs.toFixed(0)} ms`).join(', ')}`,
    );
    for (const row of ROWS) {
      if (row.name.includes(only)) reportRow(row, await measureRow(row, servers));
    }
    await reportStreams(servers, join(root, 'htdocs/static/huge.bin'), only);
    if ('crowd'.includes(only)) {
      const program = fpmProgram();
      if (program === undefined) console.log('crowd: not measured, PHP-FPM is not installed');
      else await reportCrowd(servers, program, bench, seconds);
    }
    if ('idle connections'.includes(only)) {
      for (const [name, { child, port }] of servers) {
        const bytes = await idleBytes(child.pid!, port, name === 'apache2' ? 100 : 10_000);
        console.log(`idle kept connection: ${name} ${(bytes / 1024).toFixed(1)} KiB`);
      }
    }
    if ('-t'.includes(only)) reportCheck(manyVhosts(root));
  } finally {
    for (const server of servers.values()) await server.stop();
    await stop(responder);
    rmSync(root, { recursive: true, force: true });
  }
}

function reportRow({ name, floor }: Row, figures: ReadonlyMap<ServerName, Figure>): void {
  const own = figures.get('gateway')!;
  const apache = figures.get('apache2')!;
  const nginx = figures.get('nginx')!;
  const cpu = `CPU µs: gateway ${own.cpuUs.toFixed(0)}, apache2 ${apache.cpuUs.toFixed(0)}, nginx ${nginx.cpuUs.toFixed(0)}`;
  const rate = `requests/s: ${own.perSecond.toFixed(0)}, ${apache.perSecond.toFixed(0)}, ${nginx.perSecond.toFixed(0)}`;
  const verdict =
    own.errors > 0
      ? 'no figure, for it answers with errors'
      : own.cpuUs <= floor * apache.cpuUs
        ? 'holds'
        : 'MISSED';
  console.log(name);
  console.log(`  ${cpu}; ${rate}; errors: ${own.errors}, ${apache.errors}, ${nginx.errors}`);
  console.log(
    `  CPU ${ratio(own.cpuUs, apache.cpuUs)} x apache2 (floor ${floor}: ${verdict}), ${ratio(own.cpuUs, nginx.cpuUs)} x nginx;` +
      ` rate ${ratio(own.perSecond, apache.perSecond)} x apache2`,
  );
}

function reportCheck(file: string): void {
  const own = timeCommand(process.execPath, [CLI, '-t', '-f', file]);
  const lint = timeCommand(process.execPath, [CLI, 'lint', file, '--format', 'compact']);
  const apache = timeCommand('/usr/sbin/apache2', ['-t', '-f', file]);
  const show = (time: { wallMs: number; cpuMs: number }): string =>
    `${time.wallMs.toFixed(0)} ms (CPU ${time.cpuMs.toFixed(0)} ms)`;
  console.log(
    `-t on 10,000 virtual hosts: gateway ${show(own)}, apache2 ${show(apache)}; lint: ${show(lint)} (floor 3000 ms)`,
  );
}

await main();
