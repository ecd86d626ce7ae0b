import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { behaviours, HEAD } from '../harness/behaviours.ts';
import { exchange, type RawResponse } from '../harness/client.ts';
import type { Conversation } from '../harness/misbehaving-responder.ts';
import { FaultySite, GOOD_BODY, pause, until } from './faulty-site.ts';

const MIB = 1024 * 1024;
const LARGE = 64 * MIB;

const CONF = `
Timeout 8
ProxyPass "/app/" "fcgi://@APP@/app/" timeout=8
ProxyPass "/kept/" "fcgi://@APP@/kept/" timeout=8 enablereuse=on
ProxyPass "/flushed/" "fcgi://@APP@/flushed/" timeout=60 flushpackets=on
<Location "/denied/">
  Require all denied
</Location>
ProxyPass "/denied/" "fcgi://@APP@/denied/"
`;

let site: FaultySite;
let talks: Conversation[] = [];
let startTicking = (): void => {};
/** Bytes of the large answer that the application could give away. */
let givenBytes = 0;

function giveLarge(talk: Conversation): void {
  const block = Buffer.alloc(32_768, 'z');
  talk.out('Content-Type: application/octet-stream\r\n\r\n');
  givenBytes = 0;
  const more = (): void => {
    while (givenBytes < LARGE) {
      if (talk.socket.destroyed) return;
      givenBytes += block.length;
      talk.out(block);
      if (talk.socket.writableNeedDrain) {
        talk.socket.once('drain', more);
        return;
      }
    }
    talk.finish();
  };
  more();
}

beforeAll(async () => {
  const remember =
    (behaviour: (talk: Conversation) => void) =>
    (talk: Conversation): void => {
      talks.push(talk);
      behaviour(talk);
    };
  site = await FaultySite.start(
    {
      ...behaviours,
      large: remember(giveLarge),
      wait: remember(() => {}),
      ticks: remember((talk) => {
        startTicking = () => {
          talk.out(HEAD);
          const ticking = setInterval(() => talk.out('tick '), 50);
          talk.socket.once('close', () => clearInterval(ticking));
        };
      }),
      slow: async (talk) => {
        await pause(300);
        talk.out(`${HEAD}slow`).finish();
      },
      read: remember((talk) => {
        void talk.stdinEnded().then(() => talk.out(`${HEAD}stdin=${talk.stdinBytes}`).finish());
      }),
      length: (talk) =>
        void talk
          .stdinEnded()
          .then(() =>
            talk.out(`${HEAD}${talk.params.get('CONTENT_LENGTH') ?? '-'} ${talk.stdinBytes}`).finish(),
          ),
      restful: async (talk) => {
        talk.pauseReading();
        await pause(1500);
        talk.resumeReading();
        await talk.stdinEnded();
        talk.out(`${HEAD}stdin=${talk.stdinBytes}`).finish();
      },
    },
    CONF,
  );
});
afterAll(() => site?.stop());

function open(request: string, options: { allowHalfOpen?: boolean } = {}): Socket {
  const socket = connect({ port: site.port, host: '127.0.0.1', ...options });
  socket.on('error', () => {});
  socket.write(request, 'latin1');
  return socket;
}

async function talkOf(count: number): Promise<Conversation> {
  await until(() => talks.length >= count);
  return talks[count - 1]!;
}

async function send(bytes: string, methods: readonly string[]): Promise<readonly RawResponse[]> {
  return (await exchange(site.port, [{ kind: 'bytes', bytes }], methods)).responses;
}

async function expectGood(): Promise<void> {
  for (const worker of ['app', 'kept']) expect((await site.ask(`/${worker}/good`)).body).toMatch(GOOD_BODY);
}

describe.each(['app', 'kept'])('clients of a worker (%s) that go away', (worker) => {
  test.each(['destroy', 'resetAndDestroy'] as const)(
    'L1 in the answer (%s): the backend is closed',
    async (how) => {
      talks = [];
      const client = open(`GET /${worker}/x?do=large HTTP/1.1\r\nHost: a\r\n\r\n`);
      await new Promise((resolve) => client.once('data', resolve));
      client[how]();
      const talk = await talkOf(1);
      await until(() => talk.socket.destroyed);
      await expectGood();
    },
  );

  test.each(['destroy', 'resetAndDestroy'] as const)(
    'L2 before the answer (%s): the backend is closed',
    async (how) => {
      talks = [];
      const client = open(`GET /${worker}/x?do=wait HTTP/1.1\r\nHost: a\r\n\r\n`);
      const talk = await talkOf(1);
      client[how]();
      if (how === 'resetAndDestroy') await until(() => talk.socket.destroyed || talk.socket.readableEnded);
      talk.close();
      await expectGood();
    },
  );

  test.each(['destroy', 'resetAndDestroy'] as const)(
    'L3 in the upload (%s): its end is never sent',
    async (how) => {
      talks = [];
      const client = open(
        `POST /${worker}/x?do=read HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n${'b'.repeat(1_000_000)}`,
      );
      const talk = await talkOf(1);
      await until(() => talk.stdinBytes > 100_000);
      client[how]();
      await until(() => talk.socket.destroyed || talk.socket.readableEnded);
      expect(talk.isStdinEnded).toBe(false);
      await expectGood();
    },
  );
});

test('L2 a client that ended orderly before the answer is found gone by the first bytes of it', async () => {
  talks = [];
  const client = open('GET /flushed/x?do=ticks HTTP/1.1\r\nHost: a\r\n\r\n');
  const talk = await talkOf(1);
  client.destroy();
  await once(client, 'close');
  startTicking();
  await until(() => talk.socket.destroyed || talk.socket.readableEnded);
  await expectGood();
});

describe('bodies that are not what their head says', () => {
  test('L4 shorter than its length, then an end: 400, and the application never sees its end', async () => {
    talks = [];
    const bytes = 'POST /app/x?do=read HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nshort';
    const { responses } = await exchange(site.port, [{ kind: 'bytes', bytes }, { kind: 'finish' }], ['POST']);
    expect(responses[0]?.statusLine).toContain(' 400 ');
    await until(() => talks.every(({ socket }) => socket.destroyed || socket.readableEnded));
    expect(talks.filter(({ isStdinEnded }) => isStdinEnded)).toEqual([]);
    await expectGood();
  });

  test('L5 chunks without the last one, then an end: 400, and the application is not called', async () => {
    const { requests } = site.responder;
    const bytes = 'POST /app/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n';
    const { responses } = await exchange(site.port, [{ kind: 'bytes', bytes }, { kind: 'finish' }], ['POST']);
    expect(responses[0]?.statusLine).toContain(' 400 ');
    expect(site.responder.requests).toBe(requests);
    await expectGood();
  });

  test('L6 bytes behind the length are the next request', async () => {
    const first = 'POST /app/x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc';
    const answers = await send(`${first}GET /app/y HTTP/1.1\r\nHost: a\r\n\r\n`, ['POST', 'GET']);
    expect(answers.map(({ body }) => body.replace(/params=\d+ /, ''))).toEqual(['stdin=3', 'stdin=0']);
  });
});

describe('Expect: 100-continue', () => {
  const request = (path: string, version = '1.1'): string =>
    `POST ${path} HTTP/${version}\r\nHost: a\r\nContent-Length: 20\r\nExpect: 100-continue\r\n\r\n`;

  test('L7 gives one 100, then the answer', async () => {
    const answers = await send(`${request('/app/x')}${'b'.repeat(20)}`, ['POST']);
    const final = answers.at(-1);
    expect(final?.statusLine).toContain(' 200 ');
    expect(answers.filter(({ statusLine }) => statusLine.includes(' 100 ')).length).toBeLessThanOrEqual(1);
    const waited = await exchange(
      site.port,
      [
        { kind: 'bytes', bytes: request('/app/x') },
        { kind: 'pause', ms: 200 },
        { kind: 'bytes', bytes: 'b'.repeat(20) },
      ],
      ['POST'],
    );
    expect(waited.responses.map(({ statusLine }) => statusLine)).toEqual([
      'HTTP/1.1 100 Continue',
      'HTTP/1.1 200 OK',
    ]);
  });

  test('L7 a refusal comes at once, without a 100', async () => {
    const { requests } = site.responder;
    const answers = await send(request('/denied/x'), ['POST']);
    expect(answers.map(({ statusLine }) => statusLine).join()).toContain(' 403 ');
    expect(answers).toHaveLength(1);
    expect(site.responder.requests).toBe(requests);
  });

  test('L7 an HTTP/1.0 client gets none', async () => {
    const answers = await send(`${request('/app/x', '1.0')}${'b'.repeat(20)}`, ['POST']);
    expect(answers.map(({ statusLine }) => statusLine)).toEqual([expect.stringContaining(' 200 ')]);
  });
});

describe('slow and large', () => {
  test('L8 a client that pauses holds the backend back; memory is bounded; the body is exact', async () => {
    await site.ask('/app/warm');
    const before = site.residentBytes;
    talks = [];
    const client = open('GET /app/x?do=large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    await new Promise((resolve) => client.once('readable', resolve));
    await pause(1500);
    expect(givenBytes).toBeLessThan(32 * MIB);
    expect(site.residentBytes - before).toBeLessThan(64 * MIB);
    const hash = createHash('sha256');
    let bytes = 0;
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, site.residentBytes)), 20);
    client.on('data', (part: Buffer) => {
      bytes += part.length;
      hash.update(part);
    });
    await new Promise((resolve) => client.once('close', resolve));
    clearInterval(watch);
    expect(givenBytes).toBe(LARGE);
    expect(bytes).toBeGreaterThan(LARGE);
    expect(most - before).toBeLessThan(64 * MIB);
    await expectGood();
  });

  test('L9 a large upload is exact, memory flat', async () => {
    await site.ask('/app/warm');
    const before = site.residentBytes;
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, site.residentBytes)), 20);
    const total = 200 * MIB;
    const client = open(
      `POST /app/x?do=length HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${total}\r\n\r\n`,
    );
    const block = Buffer.alloc(MIB, 'b');
    for (let sent = 0; sent < total; sent += MIB)
      if (!client.write(block)) await new Promise((resolve) => client.once('drain', resolve));
    let text = '';
    client.on('data', (part: Buffer) => (text += part.toString('latin1')));
    await new Promise((resolve) => client.once('close', resolve));
    clearInterval(watch);
    expect(text).toContain(`${total} ${total}`);
    expect(most - before).toBeLessThan(64 * MIB);
  });

  test('L10 a backend that stops reading for a while gets the whole upload', async () => {
    const answer = await site.ask('/app/x?do=restful', { method: 'POST', body: 'b'.repeat(24_000_000) });
    expect(answer.body).toBe('stdin=24000000');
  });

  test('L11 a chunked upload of 16 MiB is exact, with its length', async () => {
    const chunk = `100000\r\n${'c'.repeat(MIB)}\r\n`;
    const bytes = `POST /app/x?do=length HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(16)}0\r\n\r\n`;
    expect((await send(bytes, ['POST']))[0]?.body).toBe(`${16 * MIB} ${16 * MIB}`);
  });
});

describe('order on one connection', () => {
  test.each(['', 'slow'])(
    'L12 a client that ends its side after the request is served (%s)',
    async (what) => {
      const bytes = `GET /app/x?do=${what} HTTP/1.1\r\nHost: a\r\n\r\n`;
      const socket = open('', { allowHalfOpen: true });
      socket.end(bytes);
      let text = '';
      socket.on('data', (part: Buffer) => (text += part.toString('latin1')));
      await new Promise((resolve) => socket.once('close', resolve));
      expect(text).toMatch(what === 'slow' ? /\r\n\r\n[^]*slow/ : /stdin=0/);
    },
  );

  test('L13 the next request waits for the answer of the one before', async () => {
    const request = (what: string): string => `GET /kept/x?do=${what} HTTP/1.1\r\nHost: a\r\n\r\n`;
    const answers = await send(request('slow') + request('') + request('slow'), ['GET', 'GET', 'GET']);
    expect(answers.map(({ body }) => body.replace(/params=\d+ /, ''))).toEqual(['slow', 'stdin=0', 'slow']);
  });

  test('L13 what a client sends ahead is not read without bound', async () => {
    const before = site.residentBytes;
    talks = [];
    const client = open('GET /app/x?do=wait HTTP/1.1\r\nHost: a\r\n\r\n');
    await talkOf(1);
    const block = Buffer.alloc(MIB, 'GET /app/x HTTP/1.1\r\nHost: a\r\n\r\n');
    let taken = 0;
    for (; taken < 64; taken += 1) {
      const isTaken =
        client.write(block) ||
        (await Promise.race([
          new Promise<boolean>((resolve) => client.once('drain', () => resolve(true))),
          pause(300).then(() => false),
        ]));
      if (!isTaken) break;
    }
    expect(taken).toBeLessThan(64);
    expect(site.residentBytes - before).toBeLessThan(64 * MIB);
    client.destroy();
    (await talkOf(1)).close();
    await expectGood();
  });
});

test('R23 the gateway has made no protocol error, has sent no ABORT_REQUEST, and lives', () => {
  expect(site.isAlive).toBe(true);
  expect(site.responder.protocolErrors.filter((error) => !error.includes('outside'))).toEqual([]);
});
