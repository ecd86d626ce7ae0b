import { describe, expect, test } from 'vitest';

import { BALANCER_DEFAULTS, type BalancerSettings } from '../../../src/backend/balancer/balancer-settings.ts';
import { Balancer } from '../../../src/backend/balancer/balancer.ts';
import { findRoute } from '../../../src/backend/balancer/sticky.ts';
import { PoolRegistry } from '../../../src/backend/pool-registry.ts';
import { WORKER_DEFAULTS, type WorkerSettings } from '../../../src/backend/worker-settings.ts';
import { applyStatusText, STATUS, statusText } from '../../../src/backend/worker-status.ts';
import { Worker } from '../../../src/backend/worker.ts';

type Member = Partial<Omit<WorkerSettings, 'status'>> & {
  readonly name: string;
  readonly status?: string;
  readonly isDead?: boolean;
};

const STICKY = { cookie: 'SID', param: 'sid' };

/** A balancer with a clock of its own and members that answer 200, or are dead. */
class Site {
  now = 1_000_000;
  readonly balancer: Balancer;
  readonly dead = new Set<string>();
  readonly answers = new Map<string, number>();

  constructor(members: readonly Member[], settings: Partial<BalancerSettings> = {}) {
    const pools = new PoolRegistry();
    this.balancer = new Balancer(
      { ...BALANCER_DEFAULTS, name: 'balancer://c', ...settings },
      members.map(({ isDead, status, ...member }) => {
        if (isDead === true) this.dead.add(member.name);
        const bits = applyStatusText(0, status ?? '') ?? 0;
        const place = { scheme: 'fcgi', host: 'localhost', port: 1, socketPath: undefined };
        return new Worker({ ...WORKER_DEFAULTS, ...place, ...member, status: bits }, pools, {
          isMember: true,
        });
      }),
      () => this.now,
    );
  }

  member(name: string): Worker {
    const found = this.balancer.members.find((worker) => worker.settings.name === name);
    if (found === undefined) throw new Error(`no member ${name}`);
    return found;
  }

  /** One request, as the handler runs it: who served it, or the status of the gateway's own answer. */
  request(
    cookie?: string,
    url = 'balancer://c/x',
  ): { readonly by: string; readonly isRouteChanged: boolean } {
    for (let attempts = 0; ; attempts += 1) {
      const choice = this.balancer.choose({ url, cookie });
      if (choice.kind === 'none') return { by: `503 ${choice.number}`, isRouteChanged: false };
      const { name } = choice.worker.settings;
      const isDead = this.dead.has(name);
      const status = isDead ? 503 : (this.answers.get(name) ?? 200);
      const mayFailOver = isDead && this.balancer.noteFailure(choice.worker, status);
      this.balancer.release(choice.worker, status);
      if (!isDead) return { by: name, isRouteChanged: choice.isRouteChanged };
      if (!mayFailOver || attempts >= this.balancer.maxAttempts) return { by: '503', isRouteChanged: false };
    }
  }

  requests(count: number, cookie?: string): string {
    return Array.from({ length: count }, () => this.request(cookie).by).join(' ');
  }
}

describe('traces seen on httpd 2.4.71', () => {
  test('loadfactors 1, 1, 2 by requests', () => {
    const site = new Site([{ name: 'a' }, { name: 'b' }, { name: 'c', lbfactor: 200 }]);
    expect(site.requests(12)).toBe('c a b c c a b c c a b c');
  });

  test('a sticky request of a failed member is 503 with nofailover, and goes elsewhere without', () => {
    const members = [
      { name: 'd', route: 'd', retryMs: 2000, isDead: true },
      { name: 'a', route: 'a' },
    ] as const;
    const strict = new Site(members, { stickySession: STICKY, noFailover: true });
    strict.requests(2);
    expect(strict.request('SID=x.d').by).toBe('503 AH01167');
    expect(strict.request('SID=x.unknown').by).toBe('a');
    const lenient = new Site(members, { stickySession: STICKY });
    expect(lenient.request('SID=x.d')).toEqual({ by: 'a', isRouteChanged: true });
  });

  test('a standby serves when the only regular member is dead', () => {
    const site = new Site([
      { name: 'x', isDead: true },
      { name: 'a', status: '+H' },
    ]);
    expect(site.requests(4)).toBe('a a a a');
  });

  test('a spare stands in for a dead member, a standby and a stopped one do not serve', () => {
    const site = new Site([
      { name: 'x', isDead: true },
      { name: 'a' },
      { name: 's', status: '+R' },
      { name: 'h', status: '+H' },
      { name: 't', status: '+S' },
    ]);
    // httpd's first request went to the dead member and failed over, which the counters remember.
    expect(site.requests(6)).toBe('a s a s a s');
  });

  test('a higher lbset is used only when the lower one has nobody; status=E is cleared at once', () => {
    const site = new Site([
      { name: 'a', lbset: 1 },
      { name: 'dead', isDead: true },
      { name: 'b', status: '+E' },
    ]);
    expect(site.requests(3)).toBe('b b b');
  });

  test('disabled and draining members get nothing, but a draining one its sticky requests', () => {
    const site = new Site(
      [
        { name: 'a', status: '+D' },
        { name: 'n', status: '+N', route: 'n' },
        { name: 'i', status: '+I' },
        { name: 'z', lbset: 1 },
      ],
      { stickySession: STICKY },
    );
    expect(site.requests(4)).toBe('i i i i');
    expect(site.requests(2, 'SID=x.n')).toBe('n n');
  });

  test('without attempts each dead member costs one request', () => {
    const site = new Site([{ name: 'd1', isDead: true }, { name: 'd2', isDead: true }, { name: 'a' }], {
      maxAttempts: 0,
    });
    expect(site.requests(5)).toBe('503 503 a a a');
  });

  test('failonstatus takes a member out for its retry time', () => {
    const site = new Site([{ name: 'a', retryMs: 2000 }, { name: 'b' }], { failOnStatus: [500, 503] });
    site.answers.set('a', 500);
    expect(site.request().by).toBe('a');
    site.answers.delete('a');
    expect(site.requests(4)).toBe('b b b b');
    site.now += 2200;
    expect(new Set(site.requests(4).split(' '))).toEqual(new Set(['a', 'b']));
  });

  test('a route whose member is disabled goes to the member that it redirects to', () => {
    const site = new Site(
      [
        { name: 'a', route: 'a', status: '+D', redirect: 'c' },
        { name: 'b', route: 'b' },
        { name: 'c', route: 'c' },
      ],
      { stickySession: STICKY },
    );
    expect(site.request('SID=x.a')).toEqual({ by: 'c', isRouteChanged: true });
  });

  test('redirects in a circle end', () => {
    const site = new Site(
      [
        { name: 'a', route: 'a', status: '+D', redirect: 'b' },
        { name: 'b', route: 'b', status: '+D', redirect: 'a' },
        { name: 'c' },
      ],
      { stickySession: STICKY },
    );
    expect(site.request('SID=x.a').by).toBe('c');
  });

  test('by traffic: loadfactors 1 and 3, equal requests', () => {
    const site = new Site([{ name: '1' }, { name: '2', lbfactor: 300 }], { lbmethod: 'bytraffic' });
    const order: string[] = [];
    for (let request = 0; request < 8; request += 1) {
      const { by } = site.request();
      site.member(by).transferredBytes += 900;
      site.member(by).readBytes += 1800;
      order.push(by);
    }
    expect(order.join(' ')).toBe('1 2 2 2 1 2 2 2');
  });

  test('by busyness: idle members take turns, a busy one is passed over', () => {
    const site = new Site([{ name: '1' }, { name: '2' }], { lbmethod: 'bybusyness' });
    expect(site.requests(4)).toBe('1 2 1 2');
    site.member('1').busy = 3;
    expect(site.requests(3)).toBe('2 2 2');
  });
});

describe('error state', () => {
  test('all dead: every request makes real attempts, and ends in 503', () => {
    const site = new Site([
      { name: 'a', isDead: true },
      { name: 'b', isDead: true },
    ]);
    expect(site.requests(2)).toBe('503 503');
    expect(site.member('a').elected + site.member('b').elected).toBe(4);
  });

  test('forcerecovery=off: 503 without an attempt until the retry time is over', () => {
    const site = new Site([{ name: 'a', retryMs: 1000, isDead: true }], { forceRecovery: false });
    expect(site.request().by).toBe('503');
    expect(site.request().by).toBe('503 AH01170');
    site.now += 1001;
    expect(site.request().by).toBe('503');
    expect(site.member('a').elected).toBe(2);
  });

  test('retry=0 tries every time, a stopped member never', () => {
    const site = new Site([{ name: 'a', retryMs: 0, isDead: true }, { name: 'b' }]);
    site.request();
    site.now += 1;
    site.member('a').status |= STATUS.stopped;
    site.requests(3);
    expect(site.member('a').has(STATUS.inError)).toBe(true);
    site.member('a').status &= ~STATUS.stopped;
    site.dead.clear();
    expect(site.requests(4)).toContain('a');
  });

  test('a member that is back is tried by one request at a time, until one has succeeded', () => {
    const site = new Site([{ name: 'a', retryMs: 1000 }, { name: 'b' }]);
    const choose = (): Worker => {
      const choice = site.balancer.choose({ url: '', cookie: undefined });
      if (choice.kind === 'none') throw new Error(choice.message);
      return choice.worker;
    };
    site.balancer.noteFailure(site.member('a'), 503);
    site.now += 1001;
    const running = Array.from({ length: 6 }, choose).map((worker) => worker.settings.name);
    expect(running.filter((name) => name === 'a')).toHaveLength(1);
    site.balancer.noteSuccess(site.member('a'));
    site.balancer.release(site.member('a'), 200);
    expect(
      Array.from({ length: 4 }, choose).filter((worker) => worker.settings.name === 'a').length,
    ).toBeGreaterThan(1);
  });

  test('a member on trial serves more requests when there is nobody else', () => {
    const site = new Site([{ name: 'a', retryMs: 1000 }], { forceRecovery: false });
    site.balancer.noteFailure(site.member('a'), 503);
    site.now += 1001;
    for (let request = 0; request < 3; request += 1) {
      expect(site.balancer.choose({ url: '', cookie: undefined }).kind).toBe('member');
    }
  });

  test('a member that ignores errors never enters it; a timeout never causes it', () => {
    const site = new Site([{ name: 'a', status: '+I' }, { name: 'b' }]);
    site.balancer.noteFailure(site.member('a'), 503);
    site.balancer.noteFailure(site.member('b'), 504);
    expect(site.member('a').isUsable && site.member('b').isUsable).toBe(true);
  });

  test('500 puts a member into error state and is not failed over', () => {
    const site = new Site([{ name: 'a' }, { name: 'b' }]);
    expect(site.balancer.noteFailure(site.member('a'), 500)).toBe(false);
    expect(site.member('a').isUsable).toBe(false);
  });

  test('a balancer of no members says so', () => {
    expect(new Site([]).request().by).toBe('503 AH01171');
  });

  test('a balancer timeout waits for a member whose retry time passes', async () => {
    const site = new Site([{ name: 'a', retryMs: 100 }], { forceRecovery: false, waitMs: 2000 });
    site.balancer.noteFailure(site.member('a'), 503);
    const chosen = new Promise((resolve) =>
      site.balancer.chooseWithin({ url: '', cookie: undefined }, resolve),
    );
    site.now += 101;
    expect(await chosen).toMatchObject({ kind: 'member', worker: site.member('a') });
  });

  test('a balancer timeout ends in 503', async () => {
    const site = new Site([{ name: 'a', status: '+D' }], { waitMs: 1000 });
    const chosen = new Promise((resolve) =>
      site.balancer.chooseWithin({ url: '', cookie: undefined }, resolve),
    );
    site.now += 1001;
    expect(await chosen).toMatchObject({ kind: 'none', number: 'AH01170' });
  });
});

describe('sticky routes', () => {
  const settings: BalancerSettings = { ...BALANCER_DEFAULTS, name: 'balancer://c', stickySession: STICKY };
  const route = (url: string, cookie?: string, more: Partial<BalancerSettings> = {}): string | undefined =>
    findRoute({ ...settings, ...more }, url, cookie)?.route;

  test.each([
    ['in the path', '/a;sid=abc.r1', undefined, 'r1'],
    ['in the query', '/a?x=1&sid=abc.r1&y=2', undefined, 'r1'],
    ['no boundary on the left', '/a?xsid=zz.c', undefined, 'c'],
    ['a semicolon is part of the value', '/a;sid=abc.r1;v=2', undefined, 'r1;v=2'],
    ['names are case-sensitive', '/a?SID=abc.r1', undefined, undefined],
    ['text after the first separator', '/a?sid=abc.a.b', undefined, 'a.b'],
    ['without a separator there is none', '/a?sid=abc', 'SID=x.c', undefined],
    ['an empty parameter at the very end is none, the cookie counts', '/a?sid=', 'SID=x.c', 'c'],
    ['cookie', '/a', 'other=1; SID=abc.b', 'b'],
    ['cookie after a comma', '/a', 'x=1,SID=abc.b,y=2', 'b'],
    ['cookie with blanks around its =', '/a', 'SID = abc.b', 'b'],
    ['quotes are kept', '/a', 'SID="abc.b"', 'b"'],
    ['a longer cookie name is another one', '/a', 'XSID=abc.b', undefined],
    ['the URL beats the cookie', '/a?sid=x.u', 'SID=x.c', 'u'],
  ])('%s', (_, url, cookie, expected) => {
    expect(route(url, cookie)).toBe(expected);
  });

  test('scolonpathdelim ends a value at a semicolon', () => {
    expect(route('/a;sid=abc.r1;v=2', undefined, { scolonPathDelim: true })).toBe('r1');
  });

  test('another separator, and none', () => {
    expect(route('/a?sid=abc-r1', undefined, { stickySeparator: '-' })).toBe('r1');
    expect(route('/a?sid=r1', undefined, { stickySeparator: '' })).toBe('r1');
  });

  test('a first request without a session counts as a changed route', () => {
    const site = new Site([{ name: 'a', route: 'a' }], { stickySession: STICKY });
    expect(site.request()).toEqual({ by: 'a', isRouteChanged: true });
    expect(site.request('SID=x.a')).toEqual({ by: 'a', isRouteChanged: false });
  });

  test('sticky requests count in the balance of the others', () => {
    const site = new Site([{ name: 'a', route: 'a' }, { name: 'b' }], { stickySession: STICKY });
    expect(site.requests(3, 'SID=x.a')).toBe('a a a');
    expect(site.requests(3)).toBe('b b b');
  });
});

describe('status', () => {
  test.each([
    ['+D-H', STATUS.disabled],
    ['dh', STATUS.disabled | STATUS.hotStandby],
    ['+DN-D', STATUS.draining],
    ['', 0],
  ])('letters %j', (text, bits) => {
    expect(applyStatusText(0, text)).toBe(bits);
  });

  test('an unknown letter', () => {
    expect(applyStatusText(0, '+X')).toBeUndefined();
  });

  test.each([
    [STATUS.initialised, 'Init Ok '],
    [STATUS.initialised | STATUS.disabled, 'Init Dis '],
    [STATUS.initialised | STATUS.healthCheckFailed, 'Init HcFl '],
    [STATUS.initialised | STATUS.ignoreErrors | STATUS.draining | STATUS.hotStandby, 'Init Ign Drn Stby Ok '],
  ])('shown %i', (bits, shown) => {
    expect(statusText(bits)).toBe(shown);
  });
});
