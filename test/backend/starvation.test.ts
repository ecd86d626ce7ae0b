import { afterEach, describe, expect, test } from 'vitest';

import { PoolRegistry } from '../../src/backend/pool-registry.ts';
import { answerWell, MisbehavingResponder } from '../harness/misbehaving-responder.ts';
import { run, until, worker } from './exchange-driver.ts';

const CHILDREN = 4;
const CLIENTS = 64;
const REQUESTS = 6;
const SERVICE_MS = 5;

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function fpmLike(serviceMs: number): Promise<MisbehavingResponder> {
  const responder = new MisbehavingResponder({
    children: CHILDREN,
    behaviours: { work: (talk) => void setTimeout(() => answerWell(talk), serviceMs) },
  });
  await responder.listen(0);
  cleanUps.push(() => responder.close());
  return responder;
}

function pools(): PoolRegistry {
  const registry = new PoolRegistry();
  cleanUps.push(() => registry.destroy());
  return registry;
}

/** Each client sends one request after the other; gives every waiting time in ms, sorted. */
async function clients(
  target: ReturnType<typeof worker>,
  count: number,
  requests: number,
): Promise<readonly number[]> {
  const waits: number[] = [];
  await Promise.all(
    Array.from({ length: count }, async () => {
      for (let request = 0; request < requests; request += 1) {
        const outcome = await run(target, 'do=work', { timeoutMs: 10_000 });
        expect(outcome.error).toBeUndefined();
        waits.push(outcome.ms);
      }
    }),
  );
  return waits.sort((a, b) => a - b);
}

describe('64 clients, an application with 4 children that are bound to their connections', () => {
  test('with reuse and no max every request is answered, and none waits much longer than its neighbour', async () => {
    const responder = await fpmLike(SERVICE_MS);
    const waits = await clients(worker(responder.port, { reuse: true }, pools()), CLIENTS, REQUESTS);
    expect(waits).toHaveLength(CLIENTS * REQUESTS);
    const median = waits[Math.floor(waits.length / 2)] ?? 0;
    const p99 = waits[Math.floor(waits.length * 0.99)] ?? 0;
    const turn = (CLIENTS / CHILDREN) * SERVICE_MS;
    expect(p99).toBeLessThan(3.5 * Math.max(median, turn));
    expect(responder.protocolErrors).toEqual([]);
  });

  test('requests that come one by one later still reuse connections', async () => {
    const responder = await fpmLike(SERVICE_MS);
    const target = worker(responder.port, { reuse: true }, pools());
    await clients(target, CLIENTS, 2);
    await until(() => responder.open <= CHILDREN);
    const before = responder.connections;
    await clients(target, 1, 20);
    expect(responder.connections).toBe(before);
  });

  test('as many clients as children reuse their connections from the first answer on', async () => {
    const responder = await fpmLike(SERVICE_MS);
    await clients(worker(responder.port, { reuse: true }, pools()), CHILDREN, 20);
    expect(responder.connections).toBeLessThan(5 * CHILDREN);
  });

  test('with max=4 the waiting is in the gateway, in order of arrival, and connections are kept', async () => {
    const responder = await fpmLike(SERVICE_MS);
    const waits = await clients(
      worker(responder.port, { reuse: true, max: CHILDREN }, pools()),
      CLIENTS,
      REQUESTS,
    );
    const median = waits[Math.floor(waits.length / 2)] ?? 0;
    expect(waits.at(-1)).toBeLessThan(4 * median);
    expect(responder.connections).toBeLessThan((CLIENTS * REQUESTS) / 8);
  });

  test('an idle connection is given up for one that nobody accepts, though no request ends', async () => {
    const responder = await fpmLike(SERVICE_MS);
    const registry = pools();
    await clients(worker(responder.port, { reuse: true }, registry), CHILDREN, 3);
    const other = await run(worker(responder.port, {}, registry), 'do=work', { timeoutMs: 2000 });
    expect(other.error).toBeUndefined();
    expect(other.ms).toBeLessThan(500);
  });

  test('a slow application is not given up for: it only costs a reconnect', async () => {
    const responder = await fpmLike(100);
    const waits = await clients(worker(responder.port, { reuse: true }, pools()), 3 * CHILDREN, 2);
    expect(waits.at(-1)).toBeLessThan(3 * 100 * 3);
  });
});
