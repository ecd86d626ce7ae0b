import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { behaviours, HEAD } from '../harness/behaviours.ts';
import type { RawResponse } from '../harness/client.ts';
import { MisbehavingResponder, type Behaviour } from '../harness/misbehaving-responder.ts';
import { FaultySite, GOOD_BODY, pause, until } from './faulty-site.ts';

const CHILDREN = 2;

/** Settles when the test says so. */
let gate = Promise.resolve();
let openGate = (): void => {};

const SLOW: Readonly<Record<string, Behaviour>> = {
  ...behaviours,
  slow: async (talk) => {
    await pause(300);
    talk.out(`${HEAD}slow`).finish();
  },
  gated: async (talk) => {
    await gate;
    talk.out(`${HEAD}gated`).finish();
  },
};

/** Two children, as `pm.max_children = 2` gives. */
const few = new MisbehavingResponder({ behaviours: SLOW, children: CHILDREN });
let site: FaultySite;

const conf = (text: string): string => `
Timeout 30
ProxyPass "/good/" "fcgi://@APP@/good/"
${text.replaceAll('@FEW@', `127.0.0.1:${few.port}`)}`;

const WORKERS = `
ProxyPass "/slow/" "fcgi://@APP@/slow/"
ProxyPass "/short/" "fcgi://@FEW@/short/" timeout=2
ProxyPass "/capped/" "fcgi://@FEW@/capped/" max=${CHILDREN} acquire=30000
ProxyPass "/starved/" "fcgi://@FEW@/starved/" enablereuse=on
ProxyPass "/idle/" "fcgi://@APP@/idle/" enablereuse=on smax=2 ttl=1
ProxyPass "/smax/" "fcgi://@APP@/smax/" enablereuse=on smax=3 ttl=600
`;

beforeAll(async () => {
  await few.listen(0);
  site = await FaultySite.start(SLOW, conf(WORKERS));
});
afterAll(async () => {
  await site?.stop();
  await few.close();
});
beforeEach(() => {
  gate = new Promise((resolve) => (openGate = resolve));
});

async function expectGood(worker: string): Promise<void> {
  const answer = await site.ask(`/${worker}/x`);
  expect(answer.statusLine).toBe('HTTP/1.1 200 OK');
  expect(answer.body).toMatch(GOOD_BODY);
}

function askMany(target: string, count: number, method = 'GET'): Promise<readonly RawResponse[]> {
  return Promise.all(Array.from({ length: count }, () => site.ask(target, { method })));
}

const statusOf = (answer: RawResponse): string => answer.statusLine.split(' ')[1] ?? '';

describe('T6 more requests than the application has children', () => {
  test('each is answered, by the application or with 503 or 504, and none is asked twice', async () => {
    const before = few.connections;
    const answers = await askMany('/short/x?do=slow&key=storm', 24);
    const statuses = answers.map(statusOf);
    expect(statuses).toContain('200');
    expect(statuses.filter((status) => !['200', '503', '504'].includes(status))).toEqual([]);
    expect(few.connections - before).toBeLessThanOrEqual(24);
    await until(() => few.open === 0, 15_000);
    await expectGood('short');
    await expectGood('good');
  });

  test('with max= they wait in the gateway, and all are served', async () => {
    const before = few.connections;
    const answers = await askMany('/capped/x?do=slow', 16);
    expect(answers.map(({ body }) => body)).toEqual(Array.from({ length: 16 }, () => 'slow'));
    expect(few.connections - before).toBe(16);
    await expectGood('capped');
  });
});

test('T7 requests that wait for a slow application hold up nobody else', async () => {
  const { requests } = site.responder;
  const waiting = askMany('/slow/x?do=gated', 40);
  await until(() => site.responder.requests === requests + 40, 15_000);
  for (let next = 0; next < 10; next += 1) await expectGood('good');
  openGate();
  expect((await waiting).map(({ body }) => body)).toEqual(Array.from({ length: 40 }, () => 'gated'));
});

describe('K11 fewer children than connections', () => {
  test('idle kept connections are given up for requests that wait', async () => {
    await askMany('/starved/x', CHILDREN * 4);
    const answers = await askMany('/starved/x', 32);
    expect(new Set(answers.map(statusOf))).toEqual(new Set(['200']));
    await expectGood('capped');
    await expectGood('starved');
  });

  test('no more idle connections are kept than smax', async () => {
    const { requests } = site.responder;
    const open = site.responder.open;
    const waiting = askMany('/smax/x?do=gated', 10);
    await until(() => site.responder.requests === requests + 10, 15_000);
    openGate();
    await waiting;
    await until(() => site.responder.open <= open + 3);
    await expectGood('smax');
  });

  test('an idle connection is closed after ttl', async () => {
    const open = site.responder.open;
    await expectGood('idle');
    await until(() => site.responder.open <= open, 15_000);
    await expectGood('idle');
  });
});

test('K12 a reload that moves a worker closes idle connections to its old place, and what runs there ends well', async () => {
  await expectGood('starved');
  expect(few.open).toBeGreaterThan(0);
  const { requests } = few;
  const running = site.ask('/starved/x?do=gated');
  await until(() => few.requests === requests + 1);
  await site.reload(conf('ProxyPass "/starved/" "fcgi://@APP@/starved/" enablereuse=on'));
  await expectGood('starved');
  expect(few.requests).toBe(requests + 1);
  openGate();
  expect((await running).body).toBe('gated');
  await until(() => few.open === 0, 15_000);
  await site.reload(conf(WORKERS));
  await expectGood('starved');
  expect(few.requests).toBe(requests + 2);
});

test('the gateway has made no protocol error, and lives', () => {
  expect(site.responder.protocolErrors).toEqual([]);
  expect(few.protocolErrors).toEqual([]);
  expect(site.isAlive).toBe(true);
});
