import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { resolve } from 'node:path';

import { PROBE } from './client.ts';

export type ServerKind = 'httpd' | 'gateway';

const APACHE = '/usr/sbin/apache2';
/** `HGW_CLI` names another build, so that one can be tried while `dist` is being written. */
const GATEWAY = process.env['HGW_CLI'] ?? resolve(import.meta.dirname, '../../dist/cli.js');
const START_LIMIT_MS = 10_000;
const STOP_LIMIT_MS = 3_000;

export function isApacheInstalled(): boolean {
  return existsSync(APACHE);
}

export function isGatewayBuilt(): boolean {
  return existsSync(GATEWAY);
}

export interface RunningServer {
  readonly kind: ServerKind;
  readonly pid: number;
  readonly isAlive: () => boolean;
  stop(): Promise<void>;
}

/** A server that would not start with the config, and what it said. */
export class ServerRefusedError extends Error {
  readonly output: string;

  constructor(kind: ServerKind, output: string) {
    super(`${kind} did not start:\n${output}`);
    this.output = output;
  }
}

/**
 * A server that answers on the port with the given config file, in one process.
 *
 * Both kinds get the same command line and the same environment.
 *
 * @throws ServerRefusedError when it ends, or stays silent for ten seconds
 */
export async function startServer(
  kind: ServerKind,
  configFile: string,
  port: number,
  errorLog: string,
): Promise<RunningServer> {
  const [command, ...before] = kind === 'httpd' ? [APACHE] : [process.execPath, GATEWAY];
  const child = spawn(command ?? APACHE, [...before, '-f', configFile, '-X'], {
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString('latin1')));
  child.stderr.on('data', (bytes: Buffer) => (output += bytes.toString('latin1')));
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await answers(port))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
      await stop(child);
      throw new ServerRefusedError(
        kind,
        `${output}${existsSync(errorLog) ? readFileSync(errorLog, 'latin1') : ''}`,
      );
    }
    await new Promise((wake) => setTimeout(wake, 8));
  }
  return {
    kind,
    pid: child.pid ?? 0,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    stop: () => stop(child),
  };
}

/** Whether a whole request is answered: a port may be open before its server is ready to keep connections. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolveWith) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => socket.write(PROBE));
    socket.once('data', () => {
      socket.destroy();
      resolveWith(true);
    });
    socket.once('error', () => resolveWith(false));
    socket.once('close', () => resolveWith(false));
  });
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolveWith) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    child.once('exit', () => {
      clearTimeout(timer);
      resolveWith();
    });
    child.kill('SIGTERM');
  });
}
