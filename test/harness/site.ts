import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  lutimesSync,
  writeFileSync,
} from 'node:fs';
import { type Server, createServer } from 'node:net';
import { dirname, join } from 'node:path';

import type { CaseFile, DifferentialCase } from './case-file.ts';
import { Responder } from './responder.ts';

const FIRST_PORT = Number(process.env['HGW_TEST_PORTS'] ?? 22_000);
const PORTS_FOR_ONE_WORKER = 60;
const RESPONDERS = 3;
/** Every file and directory carries this time, so that validators and listings are the same on every machine. */
const FILE_TIME = new Date('2024-01-02T03:04:05Z');

/** The FastCGI responders and ports that one test process shares between its cases. */
export interface World {
  readonly directory: string;
  readonly port: number;
  readonly deadPort: number;
  readonly responders: readonly {
    readonly responder: Responder;
    readonly port: number;
    readonly socket: string;
  }[];
  close(): Promise<void>;
}

/** Opens the responders of this test process, on TCP and on unix sockets. */
export async function openWorld(): Promise<World> {
  const directory = mkdtempSync('/tmp/hgw-');
  chmodSync(directory, 0o755);
  const pool = Number(process.env['VITEST_POOL_ID'] ?? process.env['HGW_TEST_POOL'] ?? 0) % 7;
  const ports = new PortReserve(FIRST_PORT + pool * PORTS_FOR_ONE_WORKER, 500 - pool * PORTS_FOR_ONE_WORKER);
  const responders: { responder: Responder; port: number; socket: string }[] = [];
  for (let number = 1; number <= RESPONDERS; number += 1) {
    const responder = new Responder(number);
    const port = await ports.take();
    await responder.listenTcp(port);
    const socket = join(directory, `f${number}.sock`);
    await responder.listenUnix(socket);
    responders.push({ responder, port, socket });
  }
  return {
    directory,
    port: await ports.take(),
    deadPort: await ports.take(),
    responders,
    close: async () => {
      await Promise.all(responders.map(({ responder }) => responder.close()));
      ports.release();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Ports that no other test process uses: each is also held on a second loopback address until the world closes. */
class PortReserve {
  readonly #held: Server[] = [];
  #next: number;
  readonly #end: number;

  constructor(first: number, count: number) {
    this.#next = first;
    this.#end = first + count;
  }

  async take(): Promise<number> {
    for (; this.#next < this.#end; this.#next += 1) {
      const port = this.#next;
      const reservation = await listenOn('127.0.0.9', port);
      if (reservation === undefined) continue;
      const trial = await listenOn('127.0.0.1', port);
      if (trial === undefined) {
        reservation.close();
        continue;
      }
      await new Promise((resolve) => trial.close(resolve));
      this.#held.push(reservation);
      this.#next += 1;
      return port;
    }
    throw new Error('no free port is left for the differential tests');
  }

  release(): void {
    for (const server of this.#held) server.close();
  }
}

function listenOn(host: string, port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, host, () => resolve(server));
  });
}

/** One case's directory: config file, document root, logs. */
export interface Site {
  readonly root: string;
  readonly configFile: string;
  readonly errorLog: string;
  /** Replaces the case's placeholders in text that is sent or written. */
  readonly fill: (text: string) => string;
  /** Turns this machine's paths and ports back into placeholders. */
  readonly blank: (text: string) => string;
  remove(): void;
}

/** Writes the files and the config of a case below a fresh directory of a fixed name length. */
export function createSite(subject: DifferentialCase, world: World): Site {
  const root = mkdtempSync('/tmp/hgw-');
  chmodSync(root, 0o755);
  const docroot = join(root, 'docroot');
  mkdirSync(docroot);
  mkdirSync(join(root, 'run'));
  chmodSync(join(root, 'run'), 0o777);
  const values = placeholders(root, world);
  const fill = (text: string): string =>
    text.replace(/@([A-Z][A-Z0-9]*)@/g, (whole, name: string) => values.get(name) ?? whole);
  for (const file of subject.files) writeCaseFile(file, root, docroot, fill);
  for (const file of subject.files) settle(file, root, docroot);
  settleDirectories(docroot);
  writeFileSync(join(root, 'mime.types'), MIME_TYPES);
  const configFile = join(root, 'httpd.conf');
  writeFileSync(configFile, fill(`${baseConfig(subject.modules)}\n${subject.conf}\n`), 'latin1');
  return {
    root,
    configFile,
    errorLog: join(root, 'error.log'),
    fill,
    blank: (text) => blank(text, root, world),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

function placeholders(root: string, world: World): ReadonlyMap<string, string> {
  const values = new Map([
    ['ROOT', root],
    ['DOCROOT', join(root, 'docroot')],
    ['PORT', String(world.port)],
    ['DEAD', `127.0.0.1:${world.deadPort}`],
    ['NOSOCK', join(world.directory, 'none.sock')],
  ]);
  world.responders.forEach(({ port, socket }, index) => {
    const suffix = index === 0 ? '' : String(index + 1);
    values.set(`FCGI${suffix}`, `127.0.0.1:${port}`);
    values.set(`F${index + 1}`, String(port));
    values.set(`SOCK${suffix}`, socket);
  });
  return values;
}

function blank(text: string, root: string, world: World): string {
  // Functions of expressions turn paths to lower case.
  let blanked = text
    .replaceAll(root, '@ROOT@')
    .replaceAll(root.toLowerCase(), '@root@')
    .replaceAll(world.directory, '@RUN@');
  world.responders.forEach(({ port }, index) => {
    blanked = blanked.replaceAll(String(port), `@F${index + 1}@`);
  });
  return blanked.replaceAll(String(world.port), '@PORT@').replaceAll(String(world.deadPort), '@DEADPORT@');
}

function locate(path: string, root: string, docroot: string): string {
  return path.startsWith('@ROOT@/') ? join(root, path.slice('@ROOT@/'.length)) : join(docroot, path);
}

/** The path as the bytes that its latin1 text stands for. */
function bytePath(path: string): Buffer {
  return Buffer.from(path, 'latin1');
}

function writeCaseFile(file: CaseFile, root: string, docroot: string, fill: (text: string) => string): void {
  const path = locate(file.path, root, docroot);
  mkdirSync(bytePath(file.kind === 'directory' ? path : dirname(path)), { recursive: true });
  if (file.kind === 'file') writeFileSync(bytePath(path), Buffer.from(fill(file.content), 'latin1'));
  else if (file.kind === 'link') symlinkSync(fill(file.target), bytePath(path));
}

function settle(file: CaseFile, root: string, docroot: string): void {
  const path = bytePath(locate(file.path, root, docroot));
  if (file.kind === 'link') {
    lutimesSync(path, FILE_TIME, FILE_TIME);
    return;
  }
  if (file.kind === 'file') utimesSync(path, FILE_TIME, FILE_TIME);
  if (file.mode !== undefined) chmodSync(path, file.mode);
}

/** Those that can be entered: a directory's time changes with every file put into it. */
function settleDirectories(directory: string | Buffer): void {
  for (const entry of readdirSync(directory, { encoding: 'buffer', withFileTypes: true })) {
    if (entry.isDirectory()) settleDirectories(Buffer.concat([Buffer.from(directory), SLASH, entry.name]));
  }
  utimesSync(directory, FILE_TIME, FILE_TIME);
}

const SLASH = Buffer.from('/');

const MIME_TYPES = `text/html html htm
text/plain txt
text/css css
text/javascript js
application/json json
application/xml xml
application/pdf pdf
application/gzip gz
image/png png
image/jpeg jpg jpeg
image/svg+xml svg
`;

const USUAL_MODULES = (
  'mpm_event access_compat actions alias authn_core authz_core authz_host dir env mime setenvif macro ' +
  'slotmem_shm proxy proxy_fcgi proxy_balancer lbmethod_byrequests lbmethod_bytraffic lbmethod_bybusyness'
).split(' ');

function baseConfig(modules: readonly string[]): string {
  const left = new Set(modules.filter((name) => name.startsWith('-')).map((name) => name.slice(1)));
  const loaded = [
    ...USUAL_MODULES.filter((name) => !left.has(name)),
    ...modules.filter((name) => !name.startsWith('-')),
  ];
  const needsTypes = loaded.includes('mime');
  return [
    'ServerRoot "@ROOT@"',
    ...loaded.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
    'DefaultRuntimeDir "@ROOT@/run"',
    'PidFile "@ROOT@/run/httpd.pid"',
    'ErrorLog "@ROOT@/error.log"',
    'Listen 127.0.0.1:@PORT@',
    'User www-data',
    'Group www-data',
    'ServerLimit 1',
    'ThreadsPerChild 8',
    'MaxRequestWorkers 8',
    'StartServers 1',
    'Timeout 4',
    'KeepAliveTimeout 4',
    'ServerName www.example.test',
    ...(needsTypes ? ['TypesConfig "@ROOT@/mime.types"'] : []),
    'DocumentRoot "@DOCROOT@"',
  ].join('\n');
}
