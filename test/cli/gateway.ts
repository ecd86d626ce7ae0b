import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The built command: these tests are about what a user runs. `HGW_CLI` names another build. */
export const CLI = process.env['HGW_CLI'] ?? join(import.meta.dirname, '../../dist/cli.js');
const WAIT_LIMIT_MS = 15_000;

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line to its end. */
export function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    encoding: 'latin1',
    env: { PATH: process.env['PATH'], ...env },
    timeout: WAIT_LIMIT_MS,
  });
  return { status, stdout, stderr };
}

/** A folder of files that anyone may read; removed by `dispose`. */
export class Folder {
  readonly path: string;

  constructor(files: Readonly<Record<string, string>> = {}) {
    this.path = mkdtempSync(join(tmpdir(), 'hgw-cli-'));
    chmodSync(this.path, 0o755);
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  /** Writes a file; `@DIR@` in it stands for this folder. Gives its path. */
  write(name: string, text: string): string {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text.replaceAll('@DIR@', this.path), 'latin1');
    return path;
  }

  read(name: string): string {
    const path = join(this.path, name);
    return existsSync(path) ? readFileSync(path, 'latin1') : '';
  }

  dispose(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Waits until a condition holds, and fails when it never does. */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  limitMs = WAIT_LIMIT_MS,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== null && value !== false) return value;
    if (performance.now() > deadline) throw new Error(`in vain waited for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The whole answer to a request, `Connection: close`; undefined when nobody answers. */
export function get(port: number, path: string, host = 'localhost'): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let text = '';
    socket.on('connect', () =>
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
    );
    socket.on('data', (bytes) => (text += bytes.toString('latin1')));
    socket.on('error', () => resolve(undefined));
    socket.on('close', () => resolve(text === '' ? undefined : text));
  });
}

/** A gateway in the foreground. */
export class Running {
  readonly child: ChildProcess;
  output = '';

  constructor(
    args: readonly string[],
    nodeOptions: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ) {
    this.child = spawn(process.execPath, [...nodeOptions, CLI, ...args], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout!.on('data', (bytes: Buffer) => (this.output += bytes.toString('latin1')));
    this.child.stderr!.on('data', (bytes: Buffer) => (this.output += bytes.toString('latin1')));
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Waits until the port answers. */
  async answers(port: number): Promise<void> {
    await until(`an answer on port ${port}; the gateway says: ${this.output}`, () => {
      if (!this.isAlive) throw new Error(`the gateway ended:\n${this.output}`);
      return get(port, '/');
    });
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.isAlive) {
      const ended = new Promise((resolve) => this.child.once('exit', resolve));
      this.child.kill(signal);
      await ended;
    }
    return this.child.exitCode;
  }
}
