import { chmodSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { behaviours, HEAD } from '../harness/behaviours.ts';
import { MisbehavingResponder, type Behaviour } from '../harness/misbehaving-responder.ts';
import { encodeRecord, RECORD } from '../harness/records.ts';
import { FaultySite, GOOD_BODY, until } from './faulty-site.ts';
import { SilentListener } from './silent-listener.ts';

/** A whole answer, whatever was asked. */
const ANSWER = Buffer.concat([
  encodeRecord(RECORD.stdout, Buffer.from(`${HEAD}woken`)),
  encodeRecord(RECORD.stdout, Buffer.alloc(0)),
  encodeRecord(RECORD.end, Buffer.alloc(8)),
]);

const whoAmI =
  (name: string): Behaviour =>
  (talk) =>
    void talk.out(`${HEAD}${name}`).finish();

let site: FaultySite;
let silentPort: SilentListener;
let noAccess: Server;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  silentPort = await SilentListener.listen(undefined, ANSWER);
  site = await FaultySite.start(
    behaviours,
    `
Timeout 20
ProxyPass "/good/" "fcgi://@APP@/good/"
ProxyPass "/noaccess/" "unix:@DIR@/noaccess.sock|fcgi://noaccess/"
ProxyPass "/fulltcp/" "fcgi://127.0.0.1:${silentPort.port}/" connectiontimeout=1
ProxyPass "/fullunix/" "unix:@DIR@/full.sock|fcgi://fullunix/" connectiontimeout=1
ProxyPass "/lone/" "unix:@DIR@/back.sock|fcgi://lone/"
<Proxy "balancer://waits">
  BalancerMember "unix:@DIR@/back.sock|fcgi://waits" retry=600
  BalancerMember "fcgi://@APP@"
</Proxy>
<Proxy "balancer://eager">
  BalancerMember "unix:@DIR@/back.sock|fcgi://eager" retry=0
</Proxy>
ProxyPass "/waits/" "balancer://waits/"
ProxyPass "/eager/" "balancer://eager/"
ProxyPass "/noname/" "fcgi://no-such-host.invalid:9000/"
ProxyPass "/names/" "fcgi://localhost:@PORT@/"
ProxyPass "/again/" "unix:@DIR@/again.sock|fcgi://again/" enablereuse=on ttl=600
`,
  );
  noAccess = createServer();
  await new Promise<void>((resolve) => noAccess.listen(join(site.directory, 'noaccess.sock'), resolve));
  chmodSync(join(site.directory, 'noaccess.sock'), 0);
});
afterAll(async () => {
  noAccess?.close();
  await silentPort?.close();
  await site?.stop();
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function expectGood(worker = 'good'): Promise<void> {
  for (let next = 0; next < 2; next += 1) {
    const answer = await site.ask(`/${worker}/x`);
    expect(answer.statusLine).toBe('HTTP/1.1 200 OK');
    expect(answer.body).toMatch(GOOD_BODY);
  }
}

/** An application at a place of its own, for one test. */
async function application(
  at: number | string,
  more: Readonly<Record<string, Behaviour>> = {},
): Promise<MisbehavingResponder> {
  const responder = new MisbehavingResponder({ behaviours: { ...behaviours, ...more } });
  await responder.listen(at);
  if (typeof at === 'string') chmodSync(at, 0o666);
  cleanups.push(() => responder.close());
  return responder;
}

/** Connects until the kernel takes no more. */
async function fill(at: { path: string } | { host: string; port: number }): Promise<void> {
  const clients: Socket[] = [];
  cleanups.push(() => clients.forEach((client) => client.destroy()));
  for (;;) {
    const client = connect(at);
    clients.push(client);
    const isConnected = await new Promise<boolean>((resolve) => {
      client.once('connect', () => resolve(true));
      client.once('error', () => resolve(false));
      setTimeout(() => resolve(false), 500);
    });
    if (!isConnected) return;
  }
}

test('C3 a unix socket without permission: 503 at once, and the log says which and why', async () => {
  const answer = await site.ask('/noaccess/x');
  expect(answer.statusLine).toContain(' 503 ');
  await expect
    .poll(() => site.log)
    .toMatch(
      /\(13\)Permission denied: .*AH02454: FCGI: attempt to connect to Unix domain socket \S+noaccess\.sock \(noaccess:8000\) failed \(this process is uid \d+\)/,
    );
  chmodSync(join(site.directory, 'noaccess.sock'), 0o666);
  noAccess.close();
  rmSync(join(site.directory, 'noaccess.sock'), { force: true });
  await application(join(site.directory, 'noaccess.sock'));
  await expectGood('noaccess');
});

describe('C4 an accept queue that is full: 503 after connectiontimeout', () => {
  async function expectTimeout(target: string, listener: SilentListener): Promise<void> {
    const began = performance.now();
    const answer = await site.ask(target);
    const waitedMs = performance.now() - began;
    expect(answer.statusLine).toContain(' 503 ');
    expect(waitedMs).toBeGreaterThan(900);
    expect(waitedMs).toBeLessThan(10_000);
    await expectGood();
    for (const cleanup of cleanups.splice(0)) await cleanup();
    listener.wake();
    await expect.poll(async () => (await site.ask(target)).body, { timeout: 15_000 }).toBe('woken');
  }

  test('tcp', async () => {
    await fill({ host: '127.0.0.1', port: silentPort.port });
    await expectTimeout('/fulltcp/x', silentPort);
  });

  test('unix socket', async () => {
    const path = join(site.directory, 'full.sock');
    const silent = await SilentListener.listen(path, ANSWER);
    chmodSync(path, 0o666);
    await fill({ path });
    await expectTimeout('/fullunix/x', silent);
    await silent.close();
  });
});

describe('C5 the error state', () => {
  test('a member is skipped inside its retry window, one with retry=0 and a lone worker are tried at once', async () => {
    for (const worker of ['eager', 'lone']) {
      const answer = await site.ask(`/${worker}/x`);
      expect(answer.statusLine).toContain(' 503 ');
    }
    for (let next = 0; next < 3; next += 1) await expectGood('waits');
    expect(site.log).toMatch(/AH00959/);
    const back = await application(join(site.directory, 'back.sock'));
    await expectGood('lone');
    await expectGood('eager');
    const { requests } = back;
    for (let next = 0; next < 4; next += 1) await expectGood('waits');
    expect(back.requests).toBe(requests);
  });
});

describe('C9 names', () => {
  test('one that does not resolve: 500 as httpd, and nobody else waits for it', async () => {
    const lost = site.ask('/noname/x');
    for (let next = 0; next < 5; next += 1) await expectGood();
    const answer = await lost;
    expect(answer.statusLine).toContain(' 500 ');
    expect(answer.body).toContain('DNS lookup failure for: no-such-host.invalid');
    await expect.poll(() => site.log).toMatch(/AH00898: DNS lookup failure for: no-such-host\.invalid/);
  });

  test('one of several addresses, of which only one listens: each is tried', async () => {
    await expectGood('names');
  });
});

describe('C11 a unix socket that is made anew', () => {
  test('by a restart: kept connections to the old one cost nobody a request', async () => {
    const path = join(site.directory, 'again.sock');
    const first = await application(path, { who: whoAmI('first') });
    for (const method of ['GET', 'POST'])
      expect((await site.ask('/again/x?do=who', { method })).body).toBe('first');
    await first.close();
    rmSync(path, { force: true });
    const second = await application(path, { who: whoAmI('second') });
    expect((await site.ask('/again/x?do=who')).body).toBe('second');
    expect((await site.ask('/again/x?do=who', { method: 'POST', body: 'b' })).body).toBe('second');
    await expectGood('again');
    expect(second.protocolErrors).toEqual([]);
  });

  test('while the old application still ends: new connections use the new one', async () => {
    const path = join(site.directory, 'again.sock');
    const old = await application(path, { who: whoAmI('old') });
    await Promise.all(Array.from({ length: 4 }, () => site.ask('/again/x?do=who')));
    renameSync(path, `${path}.old`);
    const fresh = await application(path, { who: whoAmI('fresh') });
    // The old one answers on kept connections, or closes them while a request is on its way: a GET is sent again.
    old.dropIdle();
    const bodies = await Promise.all(
      Array.from({ length: 8 }, async () => (await site.ask('/again/x?do=who')).body),
    );
    expect(new Set(bodies)).toEqual(new Set(['fresh']));
    await until(() => old.open === 0);
    expect(fresh.requests).toBeGreaterThanOrEqual(8);
    await expectGood('again');
  });
});

test('the gateway has made no protocol error, and lives', () => {
  expect(site.responder.protocolErrors).toEqual([]);
  expect(site.isAlive).toBe(true);
});
