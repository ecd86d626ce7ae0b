import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** A process and all below it. */
function tree(pid: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^[0-9]+$/.test(name)) continue;
    const parent = Number(statFields(Number(name))?.[1]);
    const list = children.get(parent);
    if (list === undefined) children.set(parent, [Number(name)]);
    else list.push(Number(name));
  }
  const found: number[] = [];
  const queue = [pid];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    found.push(next);
    queue.push(...(children.get(next) ?? []));
  }
  return found;
}

/** Fields of /proc/PID/stat behind the name: state, parent, ... */
function statFields(pid: number): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** Microseconds of CPU that a process and all below it have used. */
export function cpuMicros(pid: number): number {
  let ticks = 0;
  for (const member of tree(pid)) {
    const fields = statFields(member);
    if (fields !== undefined) ticks += Number(fields[11]) + Number(fields[12]);
  }
  return (ticks * 1e6) / TICKS_PER_SECOND;
}

/** Resident bytes of a process and all below it. */
export function residentBytes(pid: number): number {
  let bytes = 0;
  for (const member of tree(pid)) {
    try {
      const status = readFileSync(`/proc/${member}/status`, 'latin1');
      bytes += Number(/^VmRSS:\s+([0-9]+)/m.exec(status)?.[1] ?? 0) * 1024;
    } catch {
      // It ended in between.
    }
  }
  return bytes;
}

export interface Load {
  readonly requests: number;
  readonly perSecond: number;
  readonly errors: number;
  /** Within this 99 of 100 answers came. */
  readonly p99Ms: number;
}

/** Load by wrk from the other core. */
export function wrk(url: string, seconds: number, connections: number): Promise<Load> {
  const child = spawn('taskset', [
    '-c',
    '1',
    'wrk',
    '-t1',
    '--latency',
    `-c${connections}`,
    `-d${seconds}s`,
    url,
  ]);
  let text = '';
  child.stdout.on('data', (bytes: Buffer) => (text += bytes.toString()));
  return new Promise((resolve) => {
    child.on('exit', () => {
      const sockets = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text);
      const bad = Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0);
      const [, late = '0', unit = 'ms'] = /99%\s+([\d.]+)(us|ms|s)/.exec(text) ?? [];
      resolve({
        p99Ms: Number(late) * (unit === 's' ? 1000 : unit === 'us' ? 0.001 : 1),
        requests: Number(/(\d+) requests in/.exec(text)?.[1] ?? 0),
        perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1] ?? 0),
        errors:
          bad + (sockets === null ? 0 : sockets.slice(1).reduce((sum, count) => sum + Number(count), 0)),
      });
    });
  });
}

/** Wall and CPU milliseconds of a command. */
export function timeCommand(
  command: string,
  args: readonly string[],
): { readonly wallMs: number; readonly cpuMs: number } {
  // The shell's `times` tells its children's CPU on its second line, as `0m1.23s 0m0.45s`.
  const script = '"$0" "$@" >/dev/null 2>&1; times';
  const startedAt = performance.now();
  const { stdout } = spawnSync('/bin/sh', ['-c', script, command, ...args], { encoding: 'utf8' });
  const wallMs = performance.now() - startedAt;
  const [, children = ''] = stdout.split('\n');
  const cpuMs = children
    .split(' ')
    .map((part) => /(\d+)m([\d.]+)s/.exec(part))
    .reduce((sum, found) => sum + Number(found?.[1] ?? 0) * 60_000 + Number(found?.[2] ?? 0) * 1000, 0);
  return { wallMs, cpuMs };
}

export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => socket.write('OPTIONS * HTTP/1.0\r\n\r\n'));
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** Value of a command-line option. */
export function option(name: string, otherwise: string): string {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : (process.argv[at + 1] ?? otherwise);
}
