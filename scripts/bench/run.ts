/**
 * Measures the gateway against apache2 with the event MPM and nginx, all in one run: each server on the first core,
 * the load and the application on the second. Prints ratios; absolute figures are good for this machine only.
 *
 * npm run bench -- [--seconds N] [--rounds N] [--only TEXT]
 */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { cpuMicros, residentBytes, stop, timeCommand, wrk } from './measure.ts';
import { startServer, writeSite, type Bench, type ServerName } from './servers.ts';

interface Row {
  readonly name: string;
  readonly path: string;
  /** Largest share of apache2's CPU that DESIGN allows. */
  readonly floor: number;
}

const ROWS: readonly Row[] = [
  { name: 'small FastCGI answer, connections reused', path: '/reuse/index.php', floor: 0.5 },
  { name: 'small FastCGI answer, new TCP connection', path: '/tcp/index.php', floor: 0.85 },
  { name: 'small FastCGI answer, new unix connection', path: '/unix/index.php', floor: 0.85 },
  { name: 'static file of 16 KiB', path: '/static/page.html', floor: 0.8 },
  { name: 'site with .htaccess and rewrite rules', path: '/blog/a/pretty/url', floor: 0.8 },
  { name: 'FastCGI answer of 128 KiB, reused', path: '/reuse/big.php', floor: 0.8 },
];

function option(name: string, otherwise: string): string {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : (process.argv[at + 1] ?? otherwise);
}

const seconds = Number(option('seconds', '3'));
const rounds = Number(option('rounds', '2'));
const only = option('only', '');
const connections = Number(option('connections', '16'));

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

interface Figure {
  readonly cpuUs: number;
  readonly perSecond: number;
  readonly errors: number;
}

async function measureRow(row: Row, pid: number, port: number): Promise<Figure> {
  let best: Figure = { cpuUs: Infinity, perSecond: 0, errors: 0 };
  const url = `http://127.0.0.1:${port}${row.path}`;
  await wrk(url, 1, connections);
  for (let round = 0; round < rounds; round++) {
    const before = cpuMicros(pid);
    const { requests, perSecond, errors } = await wrk(url, seconds, connections);
    const cpuUs = (cpuMicros(pid) - before) / Math.max(1, requests);
    best = {
      cpuUs: Math.min(best.cpuUs, cpuUs),
      perSecond: Math.max(best.perSecond, perSecond),
      errors: best.errors + errors,
    };
  }
  return best;
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
  const bench: Bench = { root, fcgiPort: await freePort(), fcgiSocket: join(root, 'app.sock') };
  const responderPath = resolve(import.meta.dirname, 'responder.ts');
  const responder = spawn(
    'taskset',
    ['-c', '1', process.execPath, '--import', 'tsx', responderPath, String(bench.fcgiPort), bench.fcgiSocket],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await new Promise((done) => responder.stdout.once('data', done));

  const names: readonly ServerName[] = ['apache2', 'nginx', 'gateway'];
  const figures = new Map<string, Figure>();
  const starts = new Map<ServerName, number>();
  const idle = new Map<ServerName, number>();
  try {
    for (const name of names) {
      const port = await freePort();
      const server = await startServer(name, bench, port);
      starts.set(name, server.startMs);
      const pid = server.child.pid!;
      for (const row of ROWS) {
        if (!row.name.includes(only)) continue;
        figures.set(`${name} ${row.name}`, await measureRow(row, pid, port));
      }
      if ('idle connections'.includes(only))
        idle.set(name, await idleBytes(pid, port, name === 'apache2' ? 100 : 10_000));
      await server.stop();
    }
    report(figures, starts, idle);
    if ('-t'.includes(only)) reportCheck(manyVhosts(root));
  } finally {
    await stop(responder);
    rmSync(root, { recursive: true, force: true });
  }
}

function report(
  figures: ReadonlyMap<string, Figure>,
  starts: ReadonlyMap<ServerName, number>,
  idle: ReadonlyMap<ServerName, number>,
): void {
  for (const { name, floor } of ROWS) {
    const own = figures.get(`gateway ${name}`);
    const apache = figures.get(`apache2 ${name}`);
    const nginx = figures.get(`nginx ${name}`);
    if (own === undefined || apache === undefined || nginx === undefined) continue;
    const cpu = `CPU µs: gateway ${own.cpuUs.toFixed(0)}, apache2 ${apache.cpuUs.toFixed(0)}, nginx ${nginx.cpuUs.toFixed(0)}`;
    const rate = `requests/s: ${own.perSecond.toFixed(0)}, ${apache.perSecond.toFixed(0)}, ${nginx.perSecond.toFixed(0)}`;
    const verdict = own.cpuUs <= floor * apache.cpuUs ? 'holds' : 'MISSED';
    console.log(`${name}`);
    console.log(`  ${cpu}; ${rate}; errors: ${own.errors}, ${apache.errors}, ${nginx.errors}`);
    console.log(
      `  CPU ${ratio(own.cpuUs, apache.cpuUs)} x apache2 (floor ${floor}: ${verdict}), ${ratio(own.cpuUs, nginx.cpuUs)} x nginx;` +
        ` rate ${ratio(own.perSecond, apache.perSecond)} x apache2`,
    );
  }
  console.log(
    `start to first answer: ${[...starts].map(([name, ms]) => `${name} ${ms.toFixed(0)} ms`).join(', ')}`,
  );
  for (const [name, bytes] of idle)
    console.log(`idle kept connection: ${name} ${(bytes / 1024).toFixed(1)} KiB`);
}

function reportCheck(file: string): void {
  const own = timeCommand(process.execPath, [
    resolve(import.meta.dirname, '../../dist/cli.js'),
    '-t',
    '-f',
    file,
  ]);
  const apache = timeCommand('/usr/sbin/apache2', ['-t', '-f', file]);
  const show = (time: { wallMs: number; cpuMs: number }): string =>
    `${time.wallMs.toFixed(0)} ms (CPU ${time.cpuMs.toFixed(0)} ms)`;
  console.log(`-t on 10,000 virtual hosts: gateway ${show(own)}, apache2 ${show(apache)}`);
}

await main();
