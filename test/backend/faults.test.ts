import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { PoolRegistry } from '../../src/backend/pool-registry.ts';
import { HeldStdin } from '../../src/fastcgi/stdin-source.ts';
import { ScriptHead } from '../../src/modules/mod_proxy_fcgi/script-head.ts';
import { behaviours as usualBehaviours, HEAD } from '../harness/behaviours.ts';
import { MisbehavingResponder, type Behaviour } from '../harness/misbehaving-responder.ts';
import { GOOD_ANSWER, run, start, until, worker, type Outcome } from './exchange-driver.ts';

const TIMEOUT_MS = 300;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const behaviours: Record<string, Behaviour> = {
  ...usualBehaviours,
  unread: async (talk) => {
    talk.pauseReading();
    await pause(2 * TIMEOUT_MS);
    talk.resumeReading();
  },
};

let responder: MisbehavingResponder;
let directory: string;
let pools: PoolRegistry;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'hgw-faults-'));
  responder = new MisbehavingResponder({ behaviours });
  await responder.listen(0);
});

afterAll(async () => {
  await responder.close();
  rmSync(directory, { recursive: true });
});

afterEach(() => {
  pools.destroy();
  expect(responder.protocolErrors).toEqual([]);
});

/** A worker with a warm, kept connection. */
async function warmWorker(): Promise<ReturnType<typeof worker>> {
  pools = new PoolRegistry();
  const target = worker(responder.port, { reuse: true }, pools);
  expect((await run(target, '')).stdout).toBe(GOOD_ANSWER);
  return target;
}

interface Expected {
  readonly code?: string;
  readonly status?: number;
  readonly stdout?: string;
  /** The client could be told that the answer is complete. */
  readonly isComplete: boolean;
  readonly number?: string;
  readonly limitMs?: number;
}

function expectOutcome(outcome: Outcome, expected: Expected): void {
  expect(outcome.error?.code).toBe(expected.code);
  if (expected.status !== undefined) expect(outcome.error?.status).toBe(expected.status);
  if (expected.number !== undefined) expect(outcome.error?.log.number).toBe(expected.number);
  if (expected.stdout !== undefined) expect(outcome.stdout).toBe(expected.stdout);
  expect(outcome.isStdoutEnded).toBe(expected.isComplete);
  expect(outcome.ms).toBeLessThan(expected.limitMs ?? 1500);
}

describe('an application that misbehaves, on a kept connection', () => {
  const closed = { code: 'HGW_BACKEND_CLOSED', status: 503, number: 'AH01067' } as const;
  const timedOut = {
    code: 'HGW_BACKEND_TIMEOUT',
    status: 504,
    number: 'AH01075',
    limitMs: TIMEOUT_MS + 1200,
  } as const;
  const served = { isComplete: true, stdout: `${HEAD}ok` } as const;
  test.each<[id: string, behaviour: string, expected: Expected]>([
    ['T1', 'silent', { ...timedOut, stdout: '', isComplete: false }],
    ['T2', 'drip', { ...served, limitMs: 3000 }],
    ['T3', 'gaps', { stdout: `${HEAD}onetwothree`, isComplete: true, limitMs: 1500 }],
    ['T4', 'stall', { ...timedOut, stdout: `${HEAD}${'x'.repeat(20_000)}`, isComplete: false }],
    ['E1 close', 'closeAtOnce', { ...closed, isComplete: false }],
    ['E1 reset', 'resetAtOnce', { code: 'HGW_BACKEND_CLOSED', status: 503, isComplete: false }],
    ['E2', 'closeInHead', { ...closed, isComplete: false }],
    ['E3', 'closeAfterHead', { ...closed, stdout: HEAD, isComplete: false }],
    ['E4 close', 'closeInBody', { ...closed, stdout: `${HEAD}half`, isComplete: false }],
    ['E4 reset', 'resetInBody', { code: 'HGW_BACKEND_CLOSED', stdout: `${HEAD}half`, isComplete: false }],
    ['E4 in a record', 'closeInRecord', { ...closed, stdout: 'short', isComplete: false }],
    ['E6', 'closeAfterStdout', { ...closed, stdout: `${HEAD}whole`, isComplete: true }],
    ['E7', 'noStdoutEnd', { stdout: `${HEAD}whole`, isComplete: true }],
    [
      'R1',
      'badVersion',
      { code: 'HGW_BACKEND_BAD_VERSION', status: 503, number: 'AH01068', isComplete: false },
    ],
    ['R2', 'badVersionLater', { code: 'HGW_BACKEND_BAD_VERSION', stdout: `${HEAD}half`, isComplete: false }],
    [
      'R3',
      'badId',
      { code: 'HGW_BACKEND_BAD_REQUEST_ID', status: 503, number: 'AH01069', isComplete: false },
    ],
    [
      'R3 later',
      'badIdLater',
      { code: 'HGW_BACKEND_BAD_REQUEST_ID', stdout: `${HEAD}half`, isComplete: false },
    ],
    ['R4', 'management', served],
    ['R5', 'unknownType', served],
    ['R6, R7', 'largest', { stdout: `${HEAD}${'y'.repeat(65_535)}`, isComplete: true }],
    ['R9', 'emptyInMiddle', { stdout: `${HEAD}shown`, isComplete: true }],
    ['R10', 'emptyStderr', served],
    ['R11', 'loudStderr', served],
    ['R12', 'stderrInHead', served],
    ['R13', 'stderrOnly', { stdout: '', isComplete: true }],
    ['R14', 'shortEnd', served],
    ['R15', 'appStatus', served],
    ['R16 CANT_MPX_CONN', 'cantMultiplex', { code: 'HGW_BACKEND_REFUSED', status: 502, isComplete: false }],
    ['R16 OVERLOADED', 'overloaded', { code: 'HGW_BACKEND_OVERLOADED', status: 503, isComplete: false }],
    ['R16 UNKNOWN_ROLE', 'unknownRole', { code: 'HGW_BACKEND_REFUSED', status: 502, isComplete: false }],
    ['R17 HTTP', 'http', { code: 'HGW_BACKEND_BAD_VERSION', status: 503, isComplete: false }],
    ['R17 zeros', 'zeros', { code: 'HGW_BACKEND_BAD_VERSION', status: 503, isComplete: false }],
    ['R19', 'noHead', { stdout: 'just text', isComplete: true }],
    ['K3', 'leftover', { stdout: GOOD_ANSWER, isComplete: true }],
  ])('%s %s: its own request, then a good one', async (_, behaviour, expected) => {
    const target = await warmWorker();
    expectOutcome(await run(target, `do=${behaviour}`, { timeoutMs: TIMEOUT_MS }), expected);
    for (let next = 0; next < 2; next += 1) {
      const good = await run(target, '');
      expect(good.stdout).toBe(GOOD_ANSWER);
      expect(good.error).toBeUndefined();
    }
  });

  test('R5 the unknown type is told, R11 all of STDERR arrives apart from the body', async () => {
    const target = await warmWorker();
    expect((await run(target, 'do=unknownType')).unknown).toEqual([99]);
    expect((await run(target, 'do=loudStderr')).stderr).toHaveLength(100_000);
  });

  test('R18 an endless header block is cut off at its limit, and the application is held back', async () => {
    const target = await warmWorker();
    const scanner = new ScriptHead();
    let taken = 0;
    const started = start(target, 'do=endlessHead', {
      onStdout: (slice, exchange) => {
        taken += slice.length;
        scanner.push(slice);
        if (scanner.isTooLong) exchange.abort();
      },
    });
    await until(() => scanner.isTooLong);
    expect(taken).toBeLessThan(1_000_000);
    expect(started.exchange.receivedBytes).toBeLessThan(1_000_000);
    expect((await run(target, '')).stdout).toBe(GOOD_ANSWER);
  });
});

describe('request bodies', () => {
  test('T5 a body that is never read ends in a timeout', async () => {
    const target = await warmWorker();
    const stdin = new HeldStdin([Buffer.alloc(20_000_000)]);
    const outcome = await run(target, 'do=unread', { stdin, timeoutMs: TIMEOUT_MS });
    expectOutcome(outcome, { code: 'HGW_BACKEND_TIMEOUT', status: 504, isComplete: false, limitMs: 1500 });
  });

  test('a large body arrives whole', async () => {
    const target = await warmWorker();
    const stdin = new HeldStdin([Buffer.alloc(3_000_000), Buffer.alloc(7)]);
    expect((await run(target, '', { stdin })).stdout).toContain('stdin=3000007');
  });

  test('E9 a close while the body is being sent fails soon', async () => {
    const target = await warmWorker();
    const stdin = new HeldStdin([Buffer.alloc(20_000_000)]);
    const outcome = await run(target, 'do=closeAtOnce', { stdin });
    expect(outcome.error?.status).toBe(503);
    expect(outcome.ms).toBeLessThan(1000);
    expect((await run(target, '')).stdout).toBe(GOOD_ANSWER);
  });

  test('E10, K9, M21 an answer before the end of the body is delivered at once, and the connection is not used again', async () => {
    const target = await warmWorker();
    let isStopped = false;
    const stdin = {
      held: undefined,
      isReplayable: false,
      start: (consumer: { data(chunk: Buffer): void }) => consumer.data(Buffer.alloc(100)),
      pause: () => {},
      resume: () => {},
      stop: () => void (isStopped = true),
    };
    const connections = responder.connections;
    const outcome = await run(target, 'do=early', { stdin });
    expect(outcome).toMatchObject({ stdout: `${HEAD}early`, isReusable: false });
    expect(isStopped).toBe(true);
    expect((await run(target, '')).stdout).toBe(GOOD_ANSWER);
    expect(responder.connections).toBe(connections + 1);
  });

  test('a body that breaks ends the exchange with the status of its failure', async () => {
    const target = await warmWorker();
    const stdin = {
      held: undefined,
      isReplayable: false,
      start: (consumer: { fail(failure: { status: 413; message: string; isGone: boolean }): void }) =>
        void setImmediate(() => consumer.fail({ status: 413, message: 'too long', isGone: false })),
      pause: () => {},
      resume: () => {},
      stop: () => {},
    };
    expect((await run(target, '', { stdin })).error).toMatchObject({ code: 'HGW_REQUEST_BODY', status: 413 });
    expect((await run(target, '')).stdout).toBe(GOOD_ANSWER);
  });
});

describe('kept connections', () => {
  test('K2 one connection serves requests one after the other', async () => {
    const target = await warmWorker();
    const { connections } = responder;
    for (let request = 0; request < 20; request += 1)
      expect((await run(target, '')).stdout).toBe(GOOD_ANSWER);
    expect(responder.connections).toBe(connections);
  });

  test('K1 without reuse each request has its own, and KEEP_CONN is not asked for', async () => {
    pools = new PoolRegistry();
    const target = worker(responder.port, {}, pools);
    const { connections } = responder;
    for (let request = 0; request < 3; request += 1) expect((await run(target, '')).stdout).toBe(GOOD_ANSWER);
    expect(responder.connections).toBe(connections + 3);
    await until(() => responder.open === 0);
  });

  test('K3 bytes that come later on an idle connection end it', async () => {
    const target = await warmWorker();
    expect((await run(target, 'do=lateLeftover')).stdout).toBe(GOOD_ANSWER);
    await until(() => pools.pools[0]?.stats.idle === 0);
    expect((await run(target, '')).stdout).toBe(GOOD_ANSWER);
  });

  test('K5 a connection that the application closes after its answer is not used', async () => {
    const target = await warmWorker();
    for (let request = 0; request < 30; request += 1) {
      const outcome = await run(target, request % 3 === 2 ? 'do=closeAfterEnd' : '');
      expect(outcome.stdout).toBe(GOOD_ANSWER);
      if (request % 3 === 2) await pause(5);
    }
  });

  test('K6 a reused connection that drops tells so, and a fresh one serves', async () => {
    const target = await warmWorker();
    const dropped = await run(target, 'do=dropIfReused&key=k6');
    expect(dropped.error).toMatchObject({
      code: 'HGW_BACKEND_CLOSED',
      evidence: { wasReused: true, wasRequestSent: true, hasAnswer: false },
    });
    expect((await run(target, 'do=dropIfReused', { isFresh: true })).stdout).toBe(GOOD_ANSWER);
  });

  test('K8 an aborted exchange closes its connection and says nothing more', async () => {
    const target = await warmWorker();
    let isTold = false;
    const started = start(target, 'do=stall');
    void started.outcome.then(() => (isTold = true));
    await until(() => started.exchange.receivedBytes > 0);
    started.exchange.abort();
    await until(() => responder.open === 0);
    expect(isTold).toBe(false);
    expect((await run(target, '')).stdout).toBe(GOOD_ANSWER);
  });

  test('K10 300 concurrent requests are not mixed up', async () => {
    const target = await warmWorker();
    const outcomes = await Promise.all(
      Array.from({ length: 300 }, (_, index) =>
        run(target, '', { stdin: new HeldStdin([Buffer.alloc(index)]) }),
      ),
    );
    outcomes.forEach((outcome, index) => expect(outcome.stdout).toContain(`stdin=${index}`));
  });

  test('K11 no more idle connections are kept than smax, none longer than ttl', async () => {
    pools = new PoolRegistry();
    const target = worker(responder.port, { reuse: true, smax: 2, ttlMs: 100 }, pools);
    await Promise.all(Array.from({ length: 8 }, () => run(target, '')));
    expect(pools.pools[0]?.stats.idle).toBeLessThanOrEqual(2);
    await until(() => responder.open === 0);
  });

  test('K12 a pool that a new plan does not use is drained: what runs is finished', async () => {
    const target = await warmWorker();
    const running = run(target, 'do=gaps', { timeoutMs: 1000 });
    await pause(20);
    pools.retain(new Set());
    expect((await running).stdout).toBe(`${HEAD}onetwothree`);
    await until(() => responder.open === 0);
  });
});

describe('connecting', () => {
  let full: Server | undefined;
  afterEach(() => full?.close());

  test('C1 a refused connection fails at once, with the next address of a name tried first', async () => {
    pools = new PoolRegistry();
    const outcome = await run(worker(1, { host: 'localhost' }, pools), '');
    expectOutcome(outcome, {
      code: 'HGW_BACKEND_CONNECT',
      status: 503,
      number: 'AH00957',
      isComplete: false,
    });
    expect(outcome.error?.log.cause).toBe('(111)Connection refused');
    expect((await run(worker(responder.port, { host: 'localhost' }, pools), '')).stdout).toBe(GOOD_ANSWER);
  });

  test('C2 a missing socket fails at once, and its path is named', async () => {
    pools = new PoolRegistry();
    const path = join(directory, 'missing.sock');
    const outcome = await run(worker(path, {}, pools), '');
    expectOutcome(outcome, {
      code: 'HGW_BACKEND_CONNECT',
      status: 503,
      number: 'AH02454',
      isComplete: false,
    });
    expect(outcome.error?.message).toContain(path);
    expect(outcome.error?.log.cause).toBe('(2)No such file or directory');
  });

  test('C9 a name that does not resolve is 500', async () => {
    pools = new PoolRegistry();
    const outcome = await run(worker(1, { host: 'nowhere.invalid' }, pools), '');
    expect(outcome.error).toMatchObject({ code: 'HGW_BACKEND_NAME', status: 500 });
  });

  test('acquire: no slot in time is 503, and the others are served', async () => {
    pools = new PoolRegistry();
    const target = worker(responder.port, { max: 1, acquireMs: 60 }, pools);
    const running = run(target, 'do=gaps', { timeoutMs: 1000 });
    const waiting = await run(target, '');
    expect(waiting.error).toMatchObject({ code: 'HGW_BACKEND_ACQUIRE_TIMEOUT', status: 503 });
    expect(waiting.error?.log.number).toBe('AH00941');
    expect((await running).stdout).toBe(`${HEAD}onetwothree`);
    expect((await run(target, '')).stdout).toBe(GOOD_ANSWER);
  });

  test('max is kept for all workers of one backend, and waiting is in order of arrival', async () => {
    pools = new PoolRegistry();
    const workers = [
      worker(responder.port, { max: 2 }, pools),
      worker(responder.port, { max: 2, reuse: true }, pools),
    ];
    const order: number[] = [];
    let peak = 0;
    await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const target = workers[index % 2];
        if (target === undefined) return;
        await run(target, '');
        order.push(index);
        peak = Math.max(peak, responder.open);
      }),
    );
    expect(peak).toBeLessThanOrEqual(4);
    order.forEach((index, place) => expect(Math.abs(index - place)).toBeLessThan(6));
  });

  test('an aborted wait leaves the queue', async () => {
    pools = new PoolRegistry();
    const target = worker(responder.port, { max: 1 }, pools);
    const running = run(target, 'do=gaps', { timeoutMs: 1000 });
    const waiting = start(target, '');
    expect(pools.pools[0]?.stats.waiting).toBe(1);
    waiting.exchange.abort();
    expect(pools.pools[0]?.stats.waiting).toBe(0);
    await running;
    expect((await run(target, '')).stdout).toBe(GOOD_ANSWER);
  });

  test('destroying the pools fails what runs and what waits', async () => {
    pools = new PoolRegistry();
    const target = worker(responder.port, { max: 1 }, pools);
    const outcomes = [run(target, 'do=silent'), run(target, '')];
    await pause(30);
    pools.destroy();
    for (const outcome of await Promise.all(outcomes)) expect(outcome.error?.code).toBe('HGW_BACKEND_SHUT');
  });

  test('T7 a backend without a listener-side answer does not hold up another', async () => {
    pools = new PoolRegistry();
    full = createServer({ pauseOnConnect: true }, () => {});
    const path = join(directory, 'silent.sock');
    await new Promise<void>((resolve) => full?.listen(path, resolve));
    const stuck = run(worker(path, {}, pools), '', { timeoutMs: TIMEOUT_MS });
    const good = await run(worker(responder.port, {}, pools), '');
    expect(good.stdout).toBe(GOOD_ANSWER);
    expect(good.ms).toBeLessThan(TIMEOUT_MS);
    expect((await stuck).error?.status).toBe(504);
  });
});

describe('backpressure', () => {
  test('a paused exchange holds the application back, its time limit stands still, and nothing is lost', async () => {
    const target = await warmWorker();
    const sizes: number[] = [];
    behaviours['flood'] = (talk) => {
      talk.out(HEAD);
      let left = 400;
      const more = (): void => {
        while (left > 0) {
          left -= 1;
          talk.out(Buffer.alloc(50_000, 'z'));
          if (talk.socket.writableNeedDrain) {
            talk.socket.once('drain', more);
            return;
          }
        }
        talk.finish();
      };
      more();
    };
    const started = start(target, 'do=flood', {
      timeoutMs: TIMEOUT_MS,
      onStdout: (slice, exchange) => {
        if (sizes.length === 3) {
          exchange.pause();
          setTimeout(() => exchange.resume(), 2 * TIMEOUT_MS);
        }
        sizes.push(slice.length);
      },
    });
    await until(() => sizes.length > 3);
    await pause(TIMEOUT_MS);
    expect(started.exchange.receivedBytes).toBeLessThan(1_000_000);
    const outcome = await started.outcome;
    expect(outcome.error).toBeUndefined();
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(HEAD.length + 400 * 50_000);
  });
});
