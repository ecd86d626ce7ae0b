import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { PoolRegistry } from '../../src/backend/pool-registry.ts';
import { StreamedStdin } from '../../src/fastcgi/stdin-source.ts';
import type { BodyConsumer, BodyFailure, RequestBody } from '../../src/pipeline/exchange.ts';
import { answerWell, MisbehavingResponder } from '../harness/misbehaving-responder.ts';
import { GOOD_ANSWER, run, start, until, worker } from './exchange-driver.ts';

const TIMEOUT_MS = 250;

/** A client's body that a test feeds by hand. */
class FedBody implements RequestBody {
  readonly isAnnounced = true;
  readonly contentLength = undefined;
  readonly isChunked = true;
  readonly isComplete = false;
  readonly heldBytes = 0;
  readonly failure = undefined;
  isPaused = false;
  isDiscarded = false;
  #consumer: BodyConsumer | undefined;
  onResume: () => void = () => {};

  get isStarted(): boolean {
    return this.#consumer !== undefined;
  }

  start(consumer: BodyConsumer): void {
    this.#consumer = consumer;
  }

  data(chunk: Buffer): void {
    this.#consumer?.data(chunk);
  }

  end(): void {
    this.#consumer?.end();
  }

  fail(failure: BodyFailure): void {
    this.#consumer?.fail(failure);
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.onResume();
  }

  discard(): void {
    this.isDiscarded = true;
  }
}

let responder: MisbehavingResponder;
let pools: PoolRegistry;

beforeAll(async () => {
  responder = new MisbehavingResponder({
    behaviours: {
      slowReader: async (talk) => {
        talk.pauseReading();
        await new Promise((resolve) => setTimeout(resolve, 2 * TIMEOUT_MS));
        talk.resumeReading();
        await talk.stdinEnded();
        answerWell(talk);
      },
      outputOnly: (talk) => void talk.out('Content-Type: text/plain\r\n\r\nearly').out(''),
    },
  });
  await responder.listen(0);
});
afterAll(() => responder.close());
afterEach(() => {
  pools.destroy();
  expect(responder.protocolErrors).toEqual([]);
});

function streamed(query: string, timeoutMs = TIMEOUT_MS) {
  pools = new PoolRegistry();
  const body = new FedBody();
  const target = worker(responder.port, { reuse: true }, pools);
  const started = start(target, query, { stdin: new StreamedStdin(body, 0), timeoutMs });
  return { body, target, ...started };
}

describe('a body that streams', () => {
  test('is asked for only when the application is reached, and arrives in pieces of the io buffer', async () => {
    const { body, outcome, target } = streamed('');
    expect(body.isStarted).toBe(false);
    await until(() => body.isStarted);
    body.data(Buffer.alloc(20_000));
    body.data(Buffer.alloc(1));
    body.end();
    expect((await outcome).stdout).toContain('stdin=20001');
    expect((await outcome).isReusable).toBe(true);
    expect((await run(target, '')).stdout).toBe(GOOD_ANSWER);
  });

  test('is held back while the application does not read, so that little is held here', async () => {
    const { body, outcome, exchange } = streamed('do=slowReader', 5000);
    await until(() => body.isStarted);
    const piece = Buffer.alloc(65_536);
    let left = 400;
    const feed = (): void => {
      while (left > 0 && !body.isPaused) {
        left -= 1;
        body.data(piece);
      }
      if (left === 0) {
        left = -1;
        body.end();
      }
    };
    body.onResume = feed;
    feed();
    await until(() => body.isPaused);
    await new Promise((resolve) => setTimeout(resolve, TIMEOUT_MS));
    // What the kernel takes of a connection, and no more than one piece behind it.
    expect(exchange.sentBytes).toBeLessThan(20_000_000);
    expect((await outcome).stdout).toContain(`stdin=${400 * 65_536}`);
  });

  test('a client that takes its time with it is not a failure of the application', async () => {
    const { body, outcome } = streamed('');
    await until(() => body.isStarted);
    await new Promise((resolve) => setTimeout(resolve, 2 * TIMEOUT_MS));
    body.data(Buffer.alloc(10));
    body.end();
    expect((await outcome).stdout).toContain('stdin=10');
  });

  test('an application that ended its output, and then says nothing, is not waited for longer than the time limit', async () => {
    const { body, outcome } = streamed('do=outputOnly');
    expect(await outcome).toMatchObject({ isStdoutEnded: true, error: { code: 'HGW_BACKEND_TIMEOUT' } });
    expect(body.isDiscarded).toBe(true);
  });

  test('the failure of the client ends the exchange, and the connection with it', async () => {
    const { body, outcome } = streamed('');
    await until(() => body.isStarted);
    body.data(Buffer.alloc(10));
    body.fail({ status: 400, message: 'cut', isGone: true });
    expect((await outcome).error).toMatchObject({ code: 'HGW_REQUEST_BODY', failure: { isGone: true } });
    await until(() => responder.open === 0);
  });

  test('it can be sent again until it has been asked for', async () => {
    pools = new PoolRegistry();
    const body = new FedBody();
    const stdin = new StreamedStdin(body, 0);
    const refused = await run(worker(1, {}, pools), '', { stdin });
    expect(refused.error?.code).toBe('HGW_BACKEND_CONNECT');
    expect(stdin.isReplayable).toBe(true);
    const { outcome } = start(worker(responder.port, {}, pools), '', { stdin });
    await until(() => body.isStarted);
    expect(stdin.isReplayable).toBe(false);
    body.end();
    expect((await outcome).error).toBeUndefined();
  });
});
