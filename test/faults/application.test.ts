import { connect, createServer, type Server } from 'node:net';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { behaviours, HEAD } from '../harness/behaviours.ts';
import { encodeRecord, RECORD } from '../harness/records.ts';
import { FaultySite, GOOD_BODY, pause } from './faulty-site.ts';

const CONF = `
Timeout 4
LimitRequestFieldSize 200000
SetEnv X_SET ${'s'.repeat(40_000)}
SetEnv X_LAST last
ProxyPass "/fresh/" "fcgi://@APP@/fresh/" timeout=2
ProxyPass "/kept/" "fcgi://@APP@/kept/" timeout=2 enablereuse=on
ProxyPass "/crowd/" "fcgi://@APP@/crowd/" timeout=25 enablereuse=on
ProxyPass "/dead/" "fcgi://@DEAD@/"
ProxyPass "/nosocket/" "unix:@DIR@/none.sock|fcgi://none/"
ProxyPass "/closed/" "unix:@DIR@/closed.sock|fcgi://closed/"
<Proxy "balancer://half">
  BalancerMember "fcgi://@DEAD@" retry=60
  BalancerMember "fcgi://@APP@"
</Proxy>
<Proxy "balancer://down">
  BalancerMember "fcgi://@DEAD@/a" retry=60
  BalancerMember "fcgi://@DEAD@/b" retry=60
</Proxy>
<Proxy "balancer://failing">
  BalancerMember "fcgi://@APP@/first" retry=4
  BalancerMember "fcgi://@APP@/second" lbset=1
  ProxySet failonstatus=503
</Proxy>
ProxyPass "/half/" "balancer://half/"
ProxyPass "/down/" "balancer://down/"
ProxyPass "/failing/" "balancer://failing/"
`;

interface Expected {
  readonly status: number;
  readonly body?: string | RegExp;
  /** The answer breaks off, and the client can see it. */
  readonly isTruncated?: boolean;
  /** What the error log must say. */
  readonly log?: RegExp;
  readonly limitMs?: number;
}

let site: FaultySite;
let closedSocket: Server;
beforeAll(async () => {
  site = await FaultySite.start(
    {
      ...behaviours,
      unread: async (talk) => {
        talk.pauseReading();
        await pause(4000);
        talk.resumeReading();
      },
      unavailable: (talk) => void talk.out(`Status: 503\r\n${HEAD}down`).finish(),
      whoAmI: (talk) => void talk.out(`${HEAD}${talk.params.get('SCRIPT_FILENAME') ?? ''}`).finish(),
      closeAfterNotModified: (talk) => talk.out(`Status: 304\r\n\r\n`).halfClose(),
      halfRecordsOfOneByte: (talk) => {
        for (const byte of `${HEAD}ok`) talk.out(byte);
        talk.finish();
      },
      headWithoutEnd: (talk) => void talk.out('Content-Type: text/plain\r\n').finish(),
      nothing: (talk) => void talk.finish(),
      badStatus: (talk) => void talk.out(`Status: abc\r\n${HEAD}x`).finish(),
      noise: (talk) => void talk.raw(Buffer.from(Array.from({ length: 256 }, (_, index) => index ^ 0xa5))),
      longStderr: (talk) => {
        for (let left = 5000; left > 0; left -= 1) talk.err('e'.repeat(1000));
        talk.out(`${HEAD}ok`).finish();
      },
      closeUnread: async (talk) => {
        await pause(50);
        talk.reset();
      },
      recordsAfterEnd: (talk) => {
        const end = [encodeRecord(RECORD.stdout, Buffer.alloc(0)), encodeRecord(RECORD.end, Buffer.alloc(8))];
        const after = [RECORD.stdout, RECORD.stderr, RECORD.end, 99].map((type) =>
          encodeRecord(type, Buffer.from(`${HEAD}poison`)),
        );
        talk.out(`${HEAD}ok`).raw(Buffer.concat([...end, ...after, Buffer.alloc(100_000, 'p')]));
        if (!talk.keepOpen) talk.socket.end();
      },
      sizes: (talk) => {
        const sizes = ['HTTP_X_BIG', 'X_SET', 'X_LAST'].map((name) => talk.params.get(name)?.length ?? -1);
        talk.out(`${HEAD}${sizes.join(' ')}`).finish();
      },
      bogusFlood: (talk) => {
        const record = encodeRecord(99, Buffer.alloc(0));
        talk.raw(Buffer.concat(Array.from({ length: 20_000 }, () => record)));
        talk.out(`${HEAD}ok`).finish();
      },
      managementLater: (talk) =>
        void talk.out(`${HEAD}o`).record(10, Buffer.alloc(8), { requestId: 0 }).out('k').finish(),
    },
    CONF,
  );
  closedSocket = createServer();
  const path = join(site.directory, 'closed.sock');
  await new Promise<void>((resolve) => closedSocket.listen(path, resolve));
  chmodSync(path, 0);
});
afterAll(async () => {
  closedSocket?.close();
  await site?.stop();
});

async function expectAnswer(target: string, expected: Expected, method = 'GET'): Promise<void> {
  const logged = site.log.length;
  const began = performance.now();
  const answer = await site.ask(target, { method });
  expect(performance.now() - began).toBeLessThan(expected.limitMs ?? 8000);
  expect(answer.statusLine).toContain(`HTTP/1.1 ${expected.status} `);
  expect(answer.isTruncated).toBe(expected.isTruncated ?? false);
  if (typeof expected.body === 'string') expect(answer.body).toBe(expected.body);
  else if (expected.body !== undefined) expect(answer.body).toMatch(expected.body);
  if (expected.log !== undefined) await expect.poll(() => site.log.slice(logged)).toMatch(expected.log);
}

async function expectGood(worker: string): Promise<void> {
  for (let next = 0; next < 2; next += 1) {
    const answer = await site.ask(`/${worker}/good`);
    expect(answer.statusLine).toBe('HTTP/1.1 200 OK');
    expect(answer.body).toMatch(GOOD_BODY);
    expect(answer.isTruncated).toBe(false);
  }
}

const lost: Expected = {
  status: 503,
  body: /Service Unavailable/,
  log: /AH01067: Failed to read FastCGI header/,
};
const refused: Expected = { status: 502, log: /AH\d+|proxy_fcgi/ };

describe.each(['fresh', 'kept'])('an application that misbehaves, on a %s connection', (worker) => {
  test.each<readonly [id: string, behaviour: string, expected: Expected]>([
    ['T1', 'silent', { status: 504, log: /AH01075: Error dispatching request/ }],
    ['T2', 'drip', { status: 200, body: 'ok' }],
    ['T3', 'gaps', { status: 200, body: 'onetwothree' }],
    ['T4', 'stall', { status: 200, body: 'x'.repeat(20_000), isTruncated: true, log: /AH01075/ }],
    ['E1 close', 'closeAtOnce', lost],
    ['E1 reset', 'resetAtOnce', lost],
    ['E2', 'closeInHead', lost],
    ['E3', 'closeAfterHead', { status: 503, log: /AH01067/ }],
    ['E4 close', 'closeInBody', { status: 200, body: 'half', isTruncated: true, log: /AH01075/ }],
    ['E4 reset', 'resetInBody', { status: 200, body: 'half', isTruncated: true, log: /AH01075/ }],
    ['E4 in a record', 'closeInRecord', lost],
    ['E6', 'closeAfterStdout', { status: 200, body: 'whole', log: /AH01067/ }],
    ['E7', 'noStdoutEnd', { status: 200, body: 'whole' }],
    ['E8', 'closeAfterNotModified', { status: 304 }],
    ['R1', 'badVersion', { status: 503, log: /AH01068: Got bogus version 2/ }],
    [
      'R2',
      'badVersionLater',
      { status: 200, body: 'half', isTruncated: true, log: /AH01068: Got bogus version 9/ },
    ],
    ['R3', 'badId', { status: 503, log: /AH01069: Got bogus rid 7, expected 1/ }],
    ['R3 later', 'badIdLater', { status: 200, body: 'half', isTruncated: true, log: /AH01069/ }],
    ['R4', 'management', { status: 200, body: 'ok' }],
    ['R4 later', 'managementLater', { status: 200, body: 'ok' }],
    ['R5', 'unknownType', { status: 200, body: 'ok', log: /AH01072: Got bogus record 99/ }],
    ['R6 R7', 'largest', { status: 200, body: 'y'.repeat(65_535) }],
    ['R8', 'halfRecordsOfOneByte', { status: 200, body: 'ok' }],
    ['R9', 'emptyInMiddle', { status: 200, body: 'shown' }],
    ['R10', 'emptyStderr', { status: 200, body: 'ok' }],
    ['R11', 'loudStderr', { status: 200, body: 'ok', log: /AH01071: Got error 'e{1000}/ }],
    ['R11 5 MB', 'longStderr', { status: 200, body: 'ok' }],
    ['R12', 'stderrInHead', { status: 200, body: 'ok', log: /AH01071: Got error 'oops/ }],
    ['R13', 'stderrOnly', { status: 502, log: /AH01071: Got error 'fatal/ }],
    ['R14', 'shortEnd', { status: 200, body: 'ok' }],
    ['R15', 'appStatus', { status: 200, body: 'ok' }],
    ['R16 CANT_MPX_CONN', 'cantMultiplex', refused],
    ['R16 OVERLOADED', 'overloaded', { status: 503, log: /proxy_fcgi/ }],
    ['R16 UNKNOWN_ROLE', 'unknownRole', refused],
    ['R17 HTTP', 'http', { status: 503, log: /AH01068/ }],
    ['R17 zeros', 'zeros', { status: 503, log: /AH01068/ }],
    ['R17 noise', 'noise', { status: 503, log: /AH01068/ }],
    ['R18', 'endlessHead', refused],
    ['R19 text', 'noHead', refused],
    ['R19 no empty line', 'headWithoutEnd', refused],
    ['R19 nothing', 'nothing', refused],
    ['R20', 'badStatus', refused],
    ['R21', 'recordsAfterEnd', { status: 200, body: 'ok' }],
    ['K3', 'leftover', { status: 200, body: GOOD_BODY }],
    ['K3 later', 'lateLeftover', { status: 200, body: GOOD_BODY }],
    ['K5', 'closeAfterEnd', { status: 200, body: GOOD_BODY }],
  ])('%s %s: its own answer, then good ones', async (_, behaviour, expected) => {
    await expectAnswer(`/${worker}/x?do=${behaviour}`, expected);
    await expectGood(worker);
  });

  test.each([
    ['closeInBody', 'HEAD'],
    ['noHead', 'HEAD'],
    ['silent', 'HEAD'],
  ])('%s, asked with %s: the next request is answered', async (behaviour, method) => {
    await site.ask(`/${worker}/x?do=${behaviour}`, { method });
    await expectGood(worker);
  });

  test('R5 a flood of unknown records costs one line in the log', async () => {
    const logged = site.log.length;
    const answer = await site.ask(`/${worker}/x?do=bogusFlood`);
    expect(answer.body).toBe('ok');
    await expectGood(worker);
    await expect.poll(() => site.log.slice(logged)).toContain('AH01072');
    expect(site.log.slice(logged).split('AH01072')).toHaveLength(2);
  });

  test('E5 an answer to an HTTP/1.0 client that breaks off ends in a reset, not like a whole one', async () => {
    const outcome = await rawOutcome(`GET /${worker}/x?do=closeInBody HTTP/1.0\r\n\r\n`);
    expect(outcome.text).toContain('half');
    expect(outcome.wasReset).toBe(true);
    await expectGood(worker);
  });

  test('E9 the application resets while it is sent a body', async () => {
    const answer = await site.ask(`/${worker}/x?do=closeUnread`, {
      method: 'POST',
      body: 'b'.repeat(8_000_000),
    });
    expect(answer.statusLine).toContain(' 503 ');
    await expectGood(worker);
  });

  test('E10 an answer that comes before the body was read is delivered', async () => {
    const answer = await site.ask(`/${worker}/x?do=early`, { method: 'POST', body: 'b'.repeat(500_000) });
    expect(answer.statusLine).toContain(' 200 ');
    expect(answer.body).toBe('early');
    await expectGood(worker);
  });

  test.each([1, 127, 128, 8000, 16_383, 16_384, 16_385, 65_535, 65_536, 150_000])(
    'R22 a parameter of %i bytes reaches the application whole, and so do its neighbours',
    async (size) => {
      const answer = await site.ask(`/${worker}/x?do=sizes`, { more: `X-Big: ${'b'.repeat(size)}\r\n` });
      expect(answer.body).toBe(`${size} 40000 4`);
      await expectGood(worker);
    },
  );

  test('T5 an application that does not read a large body for longer than the timeout: 504', async () => {
    const answer = await site.ask(`/${worker}/x?do=unread`, { method: 'POST', body: 'b'.repeat(24_000_000) });
    expect(answer.statusLine).toMatch(/ 50[34] /);
    await expectGood(worker);
  });
});

describe('kept connections', () => {
  test('K1 K2 are used again only where the configuration says so', async () => {
    await expectGood('kept');
    const before = site.responder.connections;
    for (let count = 0; count < 10; count += 1) await expectGood('kept');
    expect(site.responder.connections).toBe(before);
    await expectGood('fresh');
    expect(site.responder.connections).toBe(before + 2);
  });

  test('K4 K6 dropped before an answer, a GET is asked again once: 200', async () => {
    await expectGood('kept');
    const answer = await site.ask('/kept/x?do=dropIfReused&key=get');
    expect(answer.statusLine).toContain(' 200 ');
    expect(site.responder.executions.get('get')).toBe(2);
  });

  test('K7 dropped before an answer, a POST is not sent again', async () => {
    await expectGood('kept');
    const answer = await site.ask('/kept/x?do=dropIfReused&key=post', { method: 'POST', body: 'b' });
    expect(answer.statusLine).toContain(' 503 ');
    expect(site.responder.executions.get('post')).toBe(1);
    await expectGood('kept');
  });

  test('K4 closed while idle, they cost no request, not even a POST', async () => {
    for (let round = 0; round < 5; round += 1) {
      await expectGood('kept');
      site.responder.dropIdle();
      await pause(30);
      const answer = await site.ask('/kept/x', { method: 'POST', body: 'b' });
      expect(answer.body).toMatch(/stdin=1$/);
    }
  });

  test('K10 many clients at once are not mixed up', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, size) =>
        site.ask('/crowd/x', { method: 'POST', body: 'b'.repeat(size + 1) }),
      ),
    );
    answers.forEach((answer, size) => expect(answer.body).toMatch(new RegExp(` stdin=${size + 1}$`)));
  });
});

test('X12 orders to send a file are neither obeyed nor passed on', async () => {
  const answer = await site.ask('/kept/x?do=fileOrders');
  expect(answer.statusLine).toContain(' 200 ');
  expect(answer.body).toBe('ok');
  const names = answer.headers.map(([name]) => name.toLowerCase());
  expect(names).toContain('x-other');
  expect(names.filter((name) => /sendfile|send-file|accel/.test(name))).toEqual([]);
  await expectGood('kept');
});

describe('connecting', () => {
  test.each<readonly [id: string, worker: string, log: RegExp]>([
    ['C1', 'dead', /AH00957: FCGI: attempt to connect to 127\.0\.0\.1:\d+ .*failed[^]*AH01079/],
    ['C2', 'nosocket', /AH02454: FCGI: attempt to connect to Unix domain socket .*none\.sock/],
    ['C7', 'down', /AH00957[^]*AH00959[^]*AH00957[^]*AH00959/],
  ])('%s %s: 503 at once', async (_, worker, log) => {
    await expectAnswer(`/${worker}/x`, { status: 503, body: /Service Unavailable/, log, limitMs: 3000 });
    await expectAnswer(`/${worker}/x`, { status: 503, limitMs: 3000 });
  });

  test('C6 a request with a body is served by the member that is left', async () => {
    for (let count = 0; count < 4; count += 1) {
      const answer = await site.ask('/half/x', { method: 'POST', body: 'b'.repeat(10_000) });
      expect(answer.statusLine).toContain(' 200 ');
      expect(answer.body).toMatch(/stdin=10000$/);
    }
    await expect.poll(() => site.log).toMatch(/AH00957/);
  });

  test('C10 C8 a member that answers with a status of failonstatus is put aside, and tried again later', async () => {
    const member = async (): Promise<string> => (await site.ask('/failing/x?do=whoAmI')).body;
    expect(await member()).toContain('/first/');
    await expectAnswer('/failing/x?do=unavailable', { status: 503, log: /AH01174/ });
    expect(await member()).toContain('/second/');
    await expect.poll(member, { timeout: 20_000, interval: 100 }).toContain('/first/');
  });
});

test('the gateway has made no protocol error, and lives', () => {
  expect(site.responder.protocolErrors).toEqual([]);
  expect(site.isAlive).toBe(true);
});

/**
 * All that came, and whether the connection was reset.
 *
 * A reset that comes together with data is shown by libuv as an orderly end; a write tells them apart.
 */
function rawOutcome(request: string): Promise<{ text: string; wasReset: boolean }> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ port: site.port, host: '127.0.0.1', allowHalfOpen: true });
    const settle = (wasReset: boolean): void => {
      socket.destroy();
      resolve({ text, wasReset });
    };
    socket.write(request);
    socket.on('data', (bytes) => (text += bytes.toString('latin1')));
    socket.on('end', () => {
      socket.write('x');
      setTimeout(() => settle(false), 300);
    });
    socket.on('error', () => settle(true));
  });
}
