import { randomBytes } from 'node:crypto';
import { close, openSync, read, unlinkSync, write } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BodyConsumer, BodyFailure, RequestBody } from '../../pipeline/exchange.ts';
import { HeldStdin, type StdinSource } from '../../fastcgi/stdin-source.ts';

/** Most bytes of a body that wait in memory for its length to be known. */
const MEMORY_BYTES = 65_536;
const READ_BYTES = 65_536;

export interface Spooled {
  readonly source: StdinSource;
  readonly bytes: number;
}

/** There is no room to keep the body. */
export interface SpoolFailure {
  readonly status: 503;
  readonly message: string;
  readonly isGone: false;
}

/**
 * Collects a body whose length is unknown: a small one in memory, a larger one in a file that has no name any more.
 *
 * @param limitBytes fails with 413 when the body is longer; 0: no limit
 */
export function spool(body: RequestBody, limitBytes: number): Promise<Spooled | BodyFailure | SpoolFailure> {
  return new Promise((resolve) => body.start(new Spooler(body, resolve), limitBytes));
}

class Spooler implements BodyConsumer {
  readonly #body: RequestBody;
  readonly #done: (result: Spooled | BodyFailure | SpoolFailure) => void;
  #pieces: Buffer[] = [];
  #heldBytes = 0;
  #bytes = 0;
  #fd: number | undefined;
  #writtenBytes = 0;
  #isWriting = false;
  #hasEnded = false;
  #isOver = false;

  constructor(body: RequestBody, done: (result: Spooled | BodyFailure | SpoolFailure) => void) {
    this.#body = body;
    this.#done = done;
  }

  data(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#pieces.push(chunk);
    this.#heldBytes += chunk.length;
    this.#bytes += chunk.length;
    if (this.#bytes > MEMORY_BYTES) this.#flush();
  }

  end(): void {
    this.#hasEnded = true;
    if (this.#fd === undefined) this.#finish({ source: new HeldStdin(this.#pieces), bytes: this.#bytes });
    else this.#flush();
  }

  fail(failure: BodyFailure): void {
    this.#giveUp(failure);
  }

  /** Writes what is held to the file; one write at a time, the client being held back meanwhile. */
  #flush(): void {
    if (this.#isWriting || this.#isOver) return;
    if (this.#heldBytes === 0) {
      if (!this.#hasEnded) return;
      this.#finish({ source: new FileStdin(this.#fd!, this.#bytes), bytes: this.#bytes });
      return;
    }
    try {
      this.#fd ??= openSpoolFile();
    } catch (error) {
      this.#giveUp(spoolFailure(error));
      return;
    }
    const block = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#heldBytes = 0;
    this.#isWriting = true;
    this.#body.pause();
    this.#write(block);
  }

  #write(block: Buffer): void {
    write(this.#fd!, block, 0, block.length, this.#writtenBytes, (error, count) => {
      if (error) {
        this.#giveUp(spoolFailure(error));
        return;
      }
      this.#writtenBytes += count;
      if (count < block.length) {
        this.#write(block.subarray(count));
        return;
      }
      this.#isWriting = false;
      this.#body.resume();
      this.#flush();
    });
  }

  #giveUp(failure: BodyFailure | SpoolFailure): void {
    if (this.#isOver) return;
    if (this.#fd !== undefined) close(this.#fd, () => undefined);
    this.#body.discard();
    this.#finish(failure);
  }

  #finish(result: Spooled | BodyFailure | SpoolFailure): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#done(result);
  }
}

function openSpoolFile(): number {
  const path = join(tmpdir(), `httpd-gateway-body-${process.pid}-${randomBytes(8).toString('hex')}`);
  const fd = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  return fd;
}

function spoolFailure(error: unknown): SpoolFailure {
  const reason = error instanceof Error ? error.message : String(error);
  return { status: 503, message: `the request body can't be spooled: ${reason}`, isGone: false };
}

/** A body in an unnamed file; every byte can be read again until `close`. */
export class FileStdin implements StdinSource {
  readonly held = undefined;
  readonly isReplayable = true;
  readonly #fd: number;
  readonly #bytes: number;
  #run = 0;
  #consumer: BodyConsumer | undefined;
  #at = 0;
  #isPaused = false;
  #isReading = false;
  #reads = 0;
  #isClosed = false;

  constructor(fd: number, bytes: number) {
    this.#fd = fd;
    this.#bytes = bytes;
  }

  start(consumer: BodyConsumer): void {
    this.#run += 1;
    this.#consumer = consumer;
    this.#at = 0;
    this.#isPaused = false;
    this.#isReading = false;
    this.#next();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#next();
  }

  stop(): void {
    this.#consumer = undefined;
  }

  /** Lets go of the file. A read that is under way ends first. */
  close(): void {
    this.#consumer = undefined;
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#reads === 0) close(this.#fd, () => undefined);
  }

  #next(): void {
    const consumer = this.#consumer;
    if (!consumer || this.#isPaused || this.#isReading) return;
    if (this.#at >= this.#bytes) {
      this.#consumer = undefined;
      consumer.end();
      return;
    }
    this.#isReading = true;
    this.#reads += 1;
    const run = this.#run;
    const block = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, this.#bytes - this.#at));
    read(this.#fd, block, 0, block.length, this.#at, (error, count) => {
      this.#reads -= 1;
      if (this.#isClosed && this.#reads === 0) close(this.#fd, () => undefined);
      if (run !== this.#run) return;
      this.#isReading = false;
      if (!this.#consumer) return;
      if (error || count === 0) {
        this.#consumer.fail({ status: 400, message: 'the spooled request body is cut short', isGone: false });
        this.#consumer = undefined;
        return;
      }
      this.#at += count;
      this.#consumer.data(block.subarray(0, count));
      this.#next();
    });
  }
}
