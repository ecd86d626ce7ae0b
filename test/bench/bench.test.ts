import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';

const NEEDED = ['/usr/sbin/apache2', '/usr/sbin/nginx', '/usr/bin/wrk', '/usr/bin/taskset'];
const canRun = NEEDED.every((path) => existsSync(path)) && availableParallelism() > 1;

test.runIf(canRun)(
  'the benchmark measures the three servers and prints ratios',
  () => {
    const root = join(import.meta.dirname, '../..');
    const args = [
      '--import',
      'tsx',
      'scripts/bench/run.ts',
      '--seconds',
      '1',
      '--rounds',
      '1',
      '--only',
      'static',
    ];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, {
      cwd: root,
      encoding: 'utf8',
      timeout: 100_000,
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^static file of 16 KiB$/m);
    expect(stdout).toMatch(/errors: 0, 0, 0$/m);
    expect(stdout).toMatch(/CPU [\d.]+ x apache2/);
    expect(stdout).toMatch(/start to first answer: apache2 \d+ ms, nginx \d+ ms, gateway \d+ ms/);
  },
  120_000,
);
