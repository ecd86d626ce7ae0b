import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

const FOLDER = '/usr/sbin';
const WAIT_LIMIT_MS = 10_000;

/** The newest PHP-FPM that is installed; undefined when there is none. */
export function findPhpFpm(): string | undefined {
  if (!existsSync(FOLDER)) return undefined;
  const names = readdirSync(FOLDER).filter((name) => /^php-fpm\d*(?:\.\d+)?$/.test(name));
  const newest = names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
  return newest === undefined ? undefined : join(FOLDER, newest);
}

/** Whether the tests with PHP can run; says so when they can't. A machine that sets `CI=true` must have it. */
export function canRunPhp(): boolean {
  const isRoot = process.getuid?.() === 0;
  if (findPhpFpm() !== undefined && isRoot) return true;
  if (process.env['CI'] === 'true') return true;
  console.error(
    `\n!!! tests with PHP-FPM are SKIPPED: ${isRoot ? 'it is not installed' : 'they need root'}\n`,
  );
  return false;
}

export interface PhpFpmOptions {
  readonly directory: string;
  readonly port: number;
  /** Children of each of the two pools. */
  readonly children: number;
  /** More lines for each pool. */
  readonly lines?: readonly string[];
}

/** A PHP-FPM of the tests' own, with a pool on a TCP port and one on the unix socket `php.sock`. */
export class PhpFpm {
  readonly socket: string;
  readonly port: number;
  readonly #directory: string;
  readonly #log: string;
  #child: ChildProcess | undefined;

  constructor(options: PhpFpmOptions) {
    this.#directory = options.directory;
    this.port = options.port;
    this.socket = join(options.directory, 'php.sock');
    this.#log = join(options.directory, 'php-fpm.log');
    const pool = (name: string, listen: string): readonly string[] => [
      `[${name}]`,
      'user = www-data',
      'group = www-data',
      `listen = ${listen}`,
      'listen.mode = 0666',
      'pm = static',
      `pm.max_children = ${options.children}`,
      'php_admin_value[output_buffering] = 0',
      'php_admin_value[upload_max_filesize] = 64M',
      'php_admin_value[post_max_size] = 2G',
      'php_admin_value[memory_limit] = 256M',
      ...(options.lines ?? []),
    ];
    writeFileSync(
      join(this.#directory, 'php-fpm.conf'),
      [
        '[global]',
        `error_log = ${this.#log}`,
        'daemonize = no',
        // Without it a reload kills the scripts that run, which no gateway can hide.
        'process_control_timeout = 2',
        ...pool('tcp', `127.0.0.1:${options.port}`),
        ...pool('unix', this.socket),
        '',
      ].join('\n'),
    );
  }

  /** Starts it, and waits until both pools accept connections. */
  async start(): Promise<void> {
    const program = findPhpFpm();
    if (program === undefined) throw new Error('PHP-FPM is not installed');
    const child = spawn(program, ['-n', '-F', '-R', '-y', join(this.#directory, 'php-fpm.conf')], {
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    this.#child = child;
    const deadline = performance.now() + WAIT_LIMIT_MS;
    while (!(await accepts({ port: this.port })) || !(await accepts({ path: this.socket }))) {
      if (child.exitCode !== null || performance.now() > deadline)
        throw new Error(`PHP-FPM did not start:\n${this.log}`);
      await new Promise((wake) => setTimeout(wake, 20));
    }
  }

  get log(): string {
    return existsSync(this.#log) ? readFileSync(this.#log, 'latin1') : '';
  }

  /** Replaces all children gracefully, as `systemctl reload` does; settles when the new ones are ready. */
  async reload(): Promise<void> {
    const before = this.#readyCount();
    this.#child?.kill('SIGUSR2');
    const deadline = performance.now() + WAIT_LIMIT_MS;
    while (this.#readyCount() === before) {
      if (performance.now() > deadline) throw new Error(`PHP-FPM did not reload:\n${this.log}`);
      await new Promise((wake) => setTimeout(wake, 20));
    }
  }

  #readyCount(): number {
    return this.log.split('ready to handle connections').length;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGTERM');
    });
  }
}

function accepts(at: { port: number } | { path: string }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect('port' in at ? { ...at, host: '127.0.0.1' } : at);
    const settle = (isOpen: boolean): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
