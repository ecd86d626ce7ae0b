import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MODULE_DIR = '/usr/lib/apache2/modules';
const MODULES = [
  'mpm_event',
  'authz_core',
  'authn_core',
  'alias',
  'headers',
  'setenvif',
  'env',
  'mime',
  'dir',
];

export const hasApache = spawnSync('apache2', ['-v']).status === 0;

/** A real httpd with a document root that holds the files of the worked examples. */
export interface Apache {
  readonly root: string;
  readonly docroot: string;
  readonly port: number;
  stop(): Promise<void>;
  /** What was logged since the last call. */
  errors(): string;
}

/** Quotes a word for a configuration line. */
export function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

export function makeDocroot(): { root: string; docroot: string } {
  const root = mkdtempSync(join(tmpdir(), 'hgw-expr-'));
  const docroot = join(root, 'www');
  mkdirSync(docroot);
  chmodSync(root, 0o755);
  writeFileSync(join(docroot, 'file.txt'), 'hello\n');
  writeFileSync(join(docroot, 'abc.txt'), 'abc');
  writeFileSync(join(docroot, 'empty.txt'), '');
  writeFileSync(join(docroot, 'x.sh'), '#!/bin/sh\n');
  chmodSync(join(docroot, 'x.sh'), 0o755);
  symlinkSync('file.txt', join(docroot, 'link.txt'));
  return { root, docroot };
}

/** Starts httpd on a free one of the given ports and waits until it answers. */
export async function startApache(port: number, config: (docroot: string) => string): Promise<Apache> {
  const { root, docroot } = makeDocroot();
  const errorLog = join(root, 'error.log');
  writeFileSync(
    join(root, 'httpd.conf'),
    [
      ...MODULES.map((name) => `LoadModule ${name}_module ${MODULE_DIR}/mod_${name}.so`),
      `ServerRoot "${root}"`,
      `PidFile "${root}/pid"`,
      `DefaultRuntimeDir "${root}"`,
      `ErrorLog "${errorLog}"`,
      'ErrorLogFormat "%M"',
      `Listen 127.0.0.1:${port}`,
      'ServerName www.example.com',
      'ServerAdmin admin@example.com',
      'ServerLimit 1',
      'StartServers 1',
      'ThreadsPerChild 8',
      'MaxRequestWorkers 8',
      'ThreadLimit 8',
      'MinSpareThreads 1',
      'MaxSpareThreads 8',
      'User www-data',
      'Group www-data',
      'LimitRequestFieldSize 65536',
      'TypesConfig /dev/null',
      'AddType text/plain .txt',
      `DocumentRoot "${docroot}"`,
      config(docroot),
      '',
    ].join('\n'),
    'latin1',
  );
  const child = spawn('apache2', ['-f', join(root, 'httpd.conf'), '-D', 'FOREGROUND'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('latin1')));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString('latin1')));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for (let attempt = 0; ; attempt++) {
    if (child.exitCode !== null || attempt > 300) throw new Error(`apache2 did not start: ${output}`);
    const answered = await get(port, '/file.txt', {}).catch(() => undefined);
    if (answered !== undefined) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  let read = 0;
  return {
    root,
    docroot,
    port,
    errors: () => {
      const text = readFileSync(errorLog, 'latin1');
      const fresh = text.slice(read);
      read = text.length;
      return fresh;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Gets a path and returns its status and headers, by lower-case name. */
export function get(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ status: number; headers: Readonly<Record<string, string | undefined>> }> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, headers, agent: false as const, maxHeaderSize: 1 << 20 };
    const req = request(options, (response) => {
      const collected: Record<string, string> = {};
      for (let i = 0; i < response.rawHeaders.length; i += 2) {
        collected[response.rawHeaders[i]!.toLowerCase()] = response.rawHeaders[i + 1]!;
      }
      response.resume();
      response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: collected }));
    });
    req.maxHeadersCount = 0;
    req.once('error', reject);
    req.end();
  });
}
