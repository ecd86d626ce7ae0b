import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import {
  spoolBody,
  SPOOL_DEFAULTS,
  SpoolError,
  type SpooledBody,
  type SpoolOptions,
} from '../../src/fastcgi/spool.ts';
import type { BodyConsumer, BodyFailure, RequestBody } from '../../src/pipeline/exchange.ts';

let directory: string;
beforeAll(() => (directory = mkdtempSync(join(tmpdir(), 'hgw-spool-'))));
afterAll(() => rmSync(directory, { recursive: true }));

/** A body that arrives in pieces, and waits while it is paused. */
class PiecewiseBody implements RequestBody {
  readonly isAnnounced = true;
  readonly contentLength = undefined;
  readonly isChunked = true;
  readonly isComplete = false;
  readonly heldBytes = 0;
  readonly failure = undefined;
  isDiscarded = false;
  readonly #pieces: Buffer[];
  readonly #failure: BodyFailure | undefined;
  #consumer: BodyConsumer | undefined;
  #isPaused = false;
  #isScheduled = false;

  constructor(pieces: readonly Buffer[], failure?: BodyFailure) {
    this.#pieces = [...pieces];
    this.#failure = failure;
  }

  start(consumer: BodyConsumer): void {
    this.#consumer = consumer;
    this.#schedule();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#schedule();
  }

  discard(): void {
    this.isDiscarded = true;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      while (!this.#isPaused && !this.isDiscarded) {
        const piece = this.#pieces.shift();
        if (piece === undefined) {
          const consumer = this.#consumer;
          this.#consumer = undefined;
          if (this.#failure !== undefined) consumer?.fail(this.#failure);
          else consumer?.end();
          return;
        }
        this.#consumer?.data(piece);
      }
    });
  }
}

function spool(
  body: RequestBody,
  options: Partial<SpoolOptions> = {},
): Promise<SpooledBody | BodyFailure | SpoolError> {
  return new Promise((resolve) => {
    spoolBody(body, { ...SPOOL_DEFAULTS, directory, ...options }, { spooled: resolve, failed: resolve });
  });
}

async function spooled(pieces: readonly Buffer[], options?: Partial<SpoolOptions>): Promise<SpooledBody> {
  const result = await spool(new PiecewiseBody(pieces), options);
  if (!('lengthBytes' in result)) throw new Error('the body was not spooled');
  return result;
}

/** The source's bytes, taken with a pause after each piece. */
function drain(source: SpooledBody): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    source.start({
      data(chunk) {
        pieces.push(chunk);
        source.pause();
        setImmediate(() => source.resume());
      },
      end: () => resolve(Buffer.concat(pieces)),
      fail: (failure) => reject(new Error(failure.message)),
    });
  });
}

describe('a spooled body', () => {
  test('is given back byte for byte, as often as needed, whatever its pieces', async () => {
    const pieces = fc.array(
      fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(pieces, fc.integer({ min: 0, max: 2000 }), async (parts, memoryBytes) => {
        const body = await spooled(parts, { memoryBytes });
        const whole = Buffer.concat(parts);
        expect(body.lengthBytes).toBe(whole.length);
        expect(body.held === undefined).toBe(whole.length > memoryBytes);
        for (let pass = 0; pass < 2; pass += 1) {
          expect(body.isReplayable).toBe(true);
          expect((await drain(body)).equals(whole)).toBe(true);
        }
        body.release();
      }),
      { numRuns: 40 },
    );
  });

  test('leaves no name in the directory', async () => {
    const body = await spooled([Buffer.alloc(500_000, 'a'), Buffer.alloc(500_000, 'b')]);
    expect(readdirSync(directory)).toEqual([]);
    expect((await drain(body)).length).toBe(1_000_000);
    body.release();
    expect(body.isReplayable).toBe(false);
  });

  test('a pass that is given up can be begun again', async () => {
    const body = await spooled([Buffer.alloc(300_000, 'x')]);
    let seen = 0;
    body.start({ data: () => void (seen += 1), end: () => {}, fail: () => {} });
    body.stop();
    expect((await drain(body)).length).toBe(300_000);
    expect(seen).toBe(0);
    body.release();
  });
});

describe('a body that cannot be spooled', () => {
  test('the failure of the client is passed on', async () => {
    const failure: BodyFailure = { status: 400, message: 'cut', isGone: false };
    expect(await spool(new PiecewiseBody([Buffer.alloc(100_000)], failure))).toBe(failure);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('a directory that is not there gives 503, and the rest of the body is not wanted', async () => {
    const body = new PiecewiseBody([Buffer.alloc(100_000)]);
    const result = await spool(body, { directory: join(directory, 'missing') });
    expect(result).toBeInstanceOf(SpoolError);
    expect(result).toMatchObject({ code: 'HGW_SPOOL', status: 503 });
    expect(body.isDiscarded).toBe(true);
  });
});
