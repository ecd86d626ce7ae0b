import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker as Thread } from 'node:worker_threads';

import { afterEach, describe, expect, test } from 'vitest';

import { PoolRegistry } from '../../src/backend/pool-registry.ts';
import { run, worker } from './exchange-driver.ts';

const BUSY_MS = 400;

const cleanUps: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A unix socket whose accept queue is short, and which nobody serves at first. */
async function busyApplication(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'hgw-queue-'));
  cleanUps.push(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'busy.sock');
  await listenBusily({ path });
  return path;
}

/** Where a listener listens that accepts nothing for a while. */
async function listenBusily(
  at: { path: string } | { port: number; host: string },
): Promise<AddressInfo | string> {
  const thread = new Thread(
    `import('tsx/esm/api').then(({ tsImport }) => tsImport(${JSON.stringify(new URL('busy-listener.ts', import.meta.url).href)}, ${JSON.stringify(import.meta.url)}))`,
    { eval: true, workerData: { at, backlog: 2, busyMs: BUSY_MS } },
  );
  cleanUps.push(() => thread.terminate());
  return new Promise((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
  });
}

function registry(): PoolRegistry {
  const pools = new PoolRegistry();
  cleanUps.push(() => pools.destroy());
  return pools;
}

/** The error code of a plain connect, or 'connected'. */
function tryConnect(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(path, () => resolve('connected'));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    cleanUps.push(() => void socket.destroy());
  });
}

describe('a unix socket whose accept queue is full', () => {
  test('makes requests wait, not fail, and serves them all once there is room', async () => {
    const path = await busyApplication();
    const target = worker(path, {}, registry());
    const requests = Array.from({ length: 40 }, () => run(target, '', { timeoutMs: 5000 }));
    // They connect at the end of this turn.
    await new Promise((resolve) => setImmediate(resolve));
    expect(await tryConnect(path)).toBe('EAGAIN');
    const outcomes = await Promise.all(requests);
    for (const outcome of outcomes) expect(outcome.stdout).toContain('served');
    const waits = outcomes.map((outcome) => outcome.ms).sort((a, b) => a - b);
    expect(waits.at(-1)).toBeLessThan(BUSY_MS + 2000);
  });

  test('makes a request fail when the connect time limit is over', async () => {
    const path = await busyApplication();
    const target = worker(path, { connectTimeoutMs: 100 }, registry());
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => run(target, '', { timeoutMs: 3000 })),
    );
    const failed = outcomes.filter((outcome) => outcome.error !== undefined);
    expect(failed.length).toBeGreaterThan(0);
    for (const outcome of failed) {
      expect(outcome.error).toMatchObject({ code: 'HGW_BACKEND_CONNECT_TIMEOUT', status: 503 });
      expect(outcome.ms).toBeLessThan(100 + 900);
    }
  });
});

describe('a TCP port whose accept queue is full', () => {
  test('C4 gives 503 when the connect time limit is over', async () => {
    const address = await listenBusily({ port: 0, host: '127.0.0.1' });
    if (typeof address === 'string') throw new Error('a port was asked for');
    const target = worker(address.port, { connectTimeoutMs: 100 }, registry());
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => run(target, '', { timeoutMs: 3000 })),
    );
    const failed = outcomes.filter((outcome) => outcome.error !== undefined);
    expect(failed.length).toBeGreaterThan(0);
    for (const { error, ms } of failed) {
      expect(error).toMatchObject({
        code: 'HGW_BACKEND_CONNECT_TIMEOUT',
        status: 503,
        log: { number: 'AH00957' },
      });
      expect(ms).toBeLessThan(100 + 900);
    }
  });
});
