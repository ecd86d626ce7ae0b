import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { stop, wrk } from './measure.ts';
import type { Bench, ServerName, Started } from './servers.ts';

const CLIENTS = 64;

/** The PHP-FPM that is installed, or undefined. */
export function fpmProgram(): string | undefined {
  const name = readdirSync('/usr/sbin').find((entry) => /^php-fpm[0-9.]*$/.test(entry));
  return name === undefined ? undefined : join('/usr/sbin', name);
}

/** Four children. */
async function startFpm(program: string, { root, fpmPort }: Bench): Promise<ChildProcess> {
  const file = join(root, 'fpm.conf');
  writeFileSync(
    file,
    `[global]\nerror_log = ${root}/fpm.log\ndaemonize = no\n[www]\nuser = www-data\ngroup = www-data\n` +
      `listen = 127.0.0.1:${fpmPort}\npm = static\npm.max_children = 4\n`,
  );
  const child = spawn('taskset', ['-c', '1', program, '-F', '-R', '-n', '-y', file], { stdio: 'ignore' });
  for (let tries = 0; tries < 200 && !(await listens(fpmPort)); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return child;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/**
 * 64 clients for the four children: how long the unluckiest hundredth waits, and who gets no answer. Each server has a
 * PHP-FPM of its own, as connections that another one keeps would hold the children.
 */
export async function reportCrowd(
  servers: ReadonlyMap<ServerName, Started>,
  program: string,
  bench: Bench,
  seconds: number,
): Promise<void> {
  writeFileSync(
    join(bench.root, 'htdocs/crowd/index.php'),
    "<?php usleep(2000); echo str_repeat('x', 200);\n",
  );
  const shown: string[] = [];
  const p99 = new Map<ServerName, number>();
  for (const [name, { port }] of servers) {
    const fpm = await startFpm(program, bench);
    try {
      const url = `http://127.0.0.1:${port}/crowd/index.php`;
      const { perSecond, errors, p99Ms } = await wrk(url, seconds, CLIENTS);
      p99.set(name, p99Ms);
      shown.push(`${name} ${p99Ms.toFixed(0)} ms (${perSecond.toFixed(0)}/s, errors ${errors})`);
    } finally {
      await stop(fpm);
    }
  }
  console.log(`${CLIENTS} clients, PHP-FPM with 4 children`);
  console.log(`  99 of 100 answered within: ${shown.join(', ')}`);
  console.log(
    `  ${(p99.get('gateway')! / p99.get('nginx')!).toFixed(2)} x nginx (aim 1.00, floor: no error)`,
  );
}
