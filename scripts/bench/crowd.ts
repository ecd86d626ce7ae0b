import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { wrk } from './measure.ts';
import type { ServerName, Started } from './servers.ts';

const CLIENTS = 64;

/** PHP-FPM with four children, for more clients than it can serve at once; undefined: it is not installed. */
export async function startFpm(root: string, port: number): Promise<ChildProcess | undefined> {
  const program = readdirSync('/usr/sbin').find((name) => /^php-fpm[0-9.]*$/.test(name));
  if (program === undefined) return undefined;
  const file = join(root, 'fpm.conf');
  writeFileSync(
    file,
    `[global]\nerror_log = ${root}/fpm.log\ndaemonize = no\n[www]\nuser = www-data\ngroup = www-data\n` +
      `listen = 127.0.0.1:${port}\npm = static\npm.max_children = 4\n`,
  );
  writeFileSync(join(root, 'htdocs/crowd/index.php'), "<?php usleep(2000); echo str_repeat('x', 200);\n");
  const child = spawn('taskset', ['-c', '1', join('/usr/sbin', program), '-F', '-n', '-y', file], {
    stdio: 'ignore',
  });
  for (let tries = 0; tries < 100 && !(await listens(port)); tries++) {
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

/** 64 clients for the four children: how long the unluckiest hundredth waits, and who gets no answer. */
export async function reportCrowd(servers: ReadonlyMap<ServerName, Started>, seconds: number): Promise<void> {
  const shown: string[] = [];
  const p99 = new Map<ServerName, number>();
  for (const [name, { port }] of servers) {
    const { perSecond, errors, p99Ms } = await wrk(
      `http://127.0.0.1:${port}/crowd/index.php`,
      seconds,
      CLIENTS,
    );
    p99.set(name, p99Ms);
    shown.push(`${name} ${p99Ms.toFixed(0)} ms (${perSecond.toFixed(0)}/s, errors ${errors})`);
  }
  console.log(`${CLIENTS} clients, PHP-FPM with 4 children`);
  console.log(`  99 of 100 answered within: ${shown.join(', ')}`);
  console.log(
    `  ${(p99.get('gateway')! / p99.get('nginx')!).toFixed(2)} x nginx (aim 1.00, floor: no error)`,
  );
}
