import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';

import { ClusterSlotArbiter, isSlotMessage, SlotLedger } from '../../src/backend/cluster-arbiter.ts';
import { PoolRegistry } from '../../src/backend/pool-registry.ts';
import { answerWell, MisbehavingResponder } from '../harness/misbehaving-responder.ts';
import { GOOD_ANSWER, run, start, until, worker } from './exchange-driver.ts';

const MAX = 4;

/** A primary and its serving processes, with messages that take a turn of the event loop. */
function gateway(processes: number): {
  ledger: SlotLedger;
  registries: readonly PoolRegistry[];
  kill: (index: number) => void;
} {
  const ledger = new SlotLedger();
  const registries = Array.from({ length: processes }, (_, index) => {
    const arbiter = new ClusterSlotArbiter(
      (message) => void setImmediate(() => ledger.receive(index, message)),
    );
    ledger.attach(index, (message) => void setImmediate(() => arbiter.receive(message)));
    const registry = new PoolRegistry();
    registry.useArbiter(arbiter);
    return registry;
  });
  return {
    ledger,
    registries,
    kill: (index) => {
      ledger.detach(index);
      registries[index]?.destroy();
    },
  };
}

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function application(children?: number): Promise<MisbehavingResponder> {
  const responder = new MisbehavingResponder({
    ...(children === undefined ? {} : { children }),
    behaviours: { work: (talk) => void setTimeout(() => answerWell(talk), 5), silent: () => {} },
  });
  await responder.listen(0);
  cleanUps.push(() => responder.close());
  return responder;
}

describe('one cap for several processes', () => {
  test.each([false, true])('is never passed, and every request is answered (reuse: %s)', async (reuse) => {
    const responder = await application();
    const { registries, ledger } = gateway(3);
    cleanUps.push(() => registries.forEach((registry) => registry.destroy()));
    let peak = 0;
    const watch = setInterval(() => (peak = Math.max(peak, responder.open)), 1);
    const outcomes = await Promise.all(
      registries.flatMap((registry) => {
        const target = worker(responder.port, { max: MAX, reuse }, registry);
        return Array.from({ length: 40 }, () => run(target, 'do=work'));
      }),
    );
    clearInterval(watch);
    expect(outcomes.filter((outcome) => outcome.stdout !== GOOD_ANSWER)).toEqual([]);
    // The responder sees a connection end a little later than the gateway that ended it.
    expect(peak).toBeLessThanOrEqual(2 * MAX);
    expect(ledger.granted(`127.0.0.1:${responder.port}`)).toBeLessThanOrEqual(MAX);
  });

  test('idle connections of one process are given up when another one waits', async () => {
    const responder = await application();
    const { registries } = gateway(2);
    cleanUps.push(() => registries.forEach((registry) => registry.destroy()));
    const [first, second] = registries.map((registry) =>
      worker(responder.port, { max: MAX, reuse: true }, registry),
    );
    if (first === undefined || second === undefined) throw new Error('two workers were made');
    await Promise.all(Array.from({ length: 10 }, () => run(first, 'do=work')));
    const outcomes = await Promise.all(
      Array.from({ length: MAX }, () => run(second, 'do=work', { timeoutMs: 1000 })),
    );
    for (const outcome of outcomes) expect(outcome.stdout).toBe(GOOD_ANSWER);
  });

  test('idle connections of one process are given up when those of another are not accepted', async () => {
    const responder = await application(2);
    const { registries } = gateway(2);
    cleanUps.push(() => registries.forEach((registry) => registry.destroy()));
    const [first, second] = registries.map((registry) => worker(responder.port, { reuse: true }, registry));
    if (first === undefined || second === undefined) throw new Error('two workers were made');
    await Promise.all([run(first, 'do=work'), run(first, 'do=work')]);
    const outcome = await run(second, 'do=work', { timeoutMs: 1500 });
    expect(outcome.stdout).toBe(GOOD_ANSWER);
    expect(outcome.ms).toBeLessThan(600);
  });

  test('the slots of a process that dies are used by the others', async () => {
    const responder = await application();
    const { registries, ledger, kill } = gateway(2);
    cleanUps.push(() => registries.forEach((registry) => registry.destroy()));
    const [doomed, other] = registries.map((registry) => worker(responder.port, { max: MAX }, registry));
    if (doomed === undefined || other === undefined) throw new Error('two workers were made');
    const lost = Array.from({ length: MAX }, () => start(doomed, 'do=silent'));
    await until(() => ledger.granted(`127.0.0.1:${responder.port}`) === MAX && responder.requests === MAX);
    const waiting = run(other, 'do=work', { timeoutMs: 2000 });
    kill(0);
    expect((await waiting).stdout).toBe(GOOD_ANSWER);
    for (const { outcome } of lost) expect((await outcome).error?.code).toBe('HGW_BACKEND_SHUT');
  });
});

describe('the ledger', () => {
  test('never grants more than the cap, whatever processes ask, give and die', () => {
    const step = fc.record({
      process: fc.nat(3),
      kind: fc.constantFrom('want', 'give', 'die', 'starving'),
      count: fc.integer({ min: 1, max: 10 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), fc.integer({ min: 1, max: 12 }), (steps, max) => {
        const ledger = new SlotLedger();
        const held = [0, 0, 0, 0];
        const attach = (process: number): void =>
          ledger.attach(process, (message) => {
            expect(isSlotMessage(message)).toBe(true);
            if (message.kind === 'grant') held[process] = (held[process] ?? 0) + message.count;
          });
        for (const process of held.keys()) attach(process);
        for (const { process, kind, count } of steps) {
          const own = held[process] ?? 0;
          if (kind === 'die') {
            held[process] = 0;
            ledger.detach(process);
            attach(process);
          } else if (kind === 'give') {
            const given = Math.min(own, count);
            held[process] = own - given;
            ledger.receive(process, { hgw: 'slots', kind, key: 'k', count: given });
          } else if (kind === 'want') {
            ledger.receive(process, { hgw: 'slots', kind, key: 'k', max, count });
          } else {
            ledger.receive(process, { hgw: 'slots', kind, key: 'k' });
          }
          const total = held.reduce((sum, each) => sum + each, 0);
          expect(total).toBeLessThanOrEqual(max);
          expect(ledger.granted('k')).toBe(total);
        }
      }),
    );
  });

  test('forgets backends that nobody holds a slot of', () => {
    const ledger = new SlotLedger();
    const arbiter = new ClusterSlotArbiter((message) => ledger.receive(1, message));
    ledger.attach(1, (message) => arbiter.receive(message));
    const holder = { waitingCount: 1, slotMayBeFree: () => {}, giveUpIdle: () => 0 };
    for (let backend = 0; backend < 100; backend += 1) {
      const slots = arbiter.join(`h${backend}:1`, holder);
      slots.tryTake(MAX);
      expect(slots.tryTake(MAX)).toBe(true);
      slots.giveBack();
      slots.leave(holder);
    }
    expect(ledger.backendCount).toBe(0);
  });

  test('messages of others are told apart', () => {
    expect([undefined, null, 1, 'slots', {}, { hgw: 'log' }].map(isSlotMessage)).toEqual(
      Array(6).fill(false),
    );
  });
});
