import { close, openSync, read, unlinkSync, write } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { GatewayError } from '../diagnostics/gateway-error.ts';
import type { BodyConsumer, BodyFailure, RequestBody } from '../pipeline/exchange.ts';
import type { StdinSource } from './stdin-source.ts';

export interface SpoolOptions {
  /** What is kept in memory before a file is made. */
  readonly memoryBytes: number;
  /** Fails with 413 when the body is longer; 0: no limit. */
  readonly limitBytes: number;
  /** Where the file is made; it has no name for longer than an instant. */
  readonly directory: string;
}

export const SPOOL_DEFAULTS: SpoolOptions = { memoryBytes: 16_384, limitBytes: 0, directory: tmpdir() };

/** A body could not be kept: the disk is full or the directory can't be written. Code `HGW_SPOOL`, status 503. */
export class SpoolError extends GatewayError {
  constructor(directory: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super('HGW_SPOOL', 503, `Can't keep a request body in ${directory} (${reason})`, cause);
  }
}

export interface SpoolListener {
  /** All of it is here: its exact length, and a source that can be sent as often as needed. */
  spooled(body: SpooledBody): void;
  failed(failure: BodyFailure | SpoolError): void;
}

/**
 * Collects a whole body, in memory while it is small, then in a file without a name. A body that has arrived already
 * is spooled before this returns.
 *
 * @returns a function that gives up silently
 */
export function spoolBody(body: RequestBody, options: SpoolOptions, listener: SpoolListener): () => void {
  const spooler = new Spooler(body, options, listener);
  body.start(spooler, options.limitBytes);
  return () => spooler.cancel();
}

const READ_BYTES = 65_536;

/** A complete body, to be released when the request is over. */
export class SpooledBody implements StdinSource {
  readonly lengthBytes: number;
  readonly held: readonly Buffer[] | undefined;
  #file: number | undefined;
  #run: FileRun | undefined;

  constructor(lengthBytes: number, pieces: readonly Buffer[], file: number | undefined) {
    this.lengthBytes = lengthBytes;
    this.#file = file;
    this.held = file === undefined ? pieces : undefined;
  }

  get isReplayable(): boolean {
    return this.held !== undefined || this.#file !== undefined;
  }

  start(consumer: BodyConsumer): void {
    if (this.held !== undefined) {
      for (const piece of this.held) consumer.data(piece);
      consumer.end();
      return;
    }
    if (this.#file === undefined) return;
    this.#run?.stop();
    this.#run = new FileRun(this.#file, this.lengthBytes, consumer);
    this.#run.resume();
  }

  pause(): void {
    this.#run?.pause();
  }

  resume(): void {
    this.#run?.resume();
  }

  stop(): void {
    this.#run?.stop();
  }

  /** Frees the file. */
  release(): void {
    this.stop();
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined) return;
    if (this.#run === undefined) close(file, ignore);
    else this.#run.closeAfterRead();
  }
}

/** One pass over a spool file, a piece at a time while its reader wants more. */
class FileRun {
  readonly #file: number;
  readonly #lengthBytes: number;
  readonly #consumer: BodyConsumer;
  #at = 0;
  #isPaused = true;
  #isReading = false;
  #isStopped = false;
  #isClosing = false;

  constructor(file: number, lengthBytes: number, consumer: BodyConsumer) {
    this.#file = file;
    this.#lengthBytes = lengthBytes;
    this.#consumer = consumer;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#next();
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** The descriptor may not be closed, and given to another file, under a running read. */
  closeAfterRead(): void {
    if (this.#isReading) this.#isClosing = true;
    else close(this.#file, ignore);
  }

  #next(): void {
    if (this.#isReading || this.#isPaused || this.#isStopped) return;
    const wanted = Math.min(READ_BYTES, this.#lengthBytes - this.#at);
    if (wanted === 0) {
      this.#isStopped = true;
      this.#consumer.end();
      return;
    }
    this.#isReading = true;
    const buffer = Buffer.allocUnsafeSlow(wanted);
    read(this.#file, buffer, 0, wanted, this.#at, (error, bytes) => {
      this.#isReading = false;
      if (this.#isClosing) close(this.#file, ignore);
      if (this.#isStopped) return;
      if (error !== null || bytes === 0) {
        this.#isStopped = true;
        this.#consumer.fail({
          status: 400,
          message: `spool file: ${error?.message ?? 'cut short'}`,
          isGone: false,
        });
        return;
      }
      this.#at += bytes;
      this.#consumer.data(buffer.subarray(0, bytes));
      this.#next();
    });
  }
}

/** Takes a body from the client. Pauses it while the disk is slower. */
class Spooler implements BodyConsumer {
  readonly #body: RequestBody;
  readonly #options: SpoolOptions;
  #listener: SpoolListener | undefined;
  /** In memory, or not written yet. */
  #pieces: Buffer[] = [];
  #heldBytes = 0;
  #lengthBytes = 0;
  #file: number | undefined;
  #isWriting = false;
  #isEnded = false;

  constructor(body: RequestBody, options: SpoolOptions, listener: SpoolListener) {
    this.#body = body;
    this.#options = options;
    this.#listener = listener;
  }

  data(chunk: Buffer): void {
    if (this.#listener === undefined) return;
    this.#pieces.push(chunk);
    this.#heldBytes += chunk.length;
    this.#lengthBytes += chunk.length;
    if (this.#file === undefined && this.#heldBytes <= this.#options.memoryBytes) return;
    if (this.#file === undefined && !this.#openFile()) return;
    this.#writeOut();
  }

  end(): void {
    this.#isEnded = true;
    if (!this.#isWriting && this.#pieces.length > 0 && this.#file !== undefined) this.#writeOut();
    this.#finishIfDone();
  }

  fail(failure: BodyFailure): void {
    this.#give((listener) => listener.failed(failure));
  }

  cancel(): void {
    if (this.#listener === undefined) return;
    this.#listener = undefined;
    this.#body.discard();
    this.#closeFile();
  }

  #openFile(): boolean {
    const path = join(this.#options.directory, `httpd-gateway-${process.pid}-${randomUUID()}`);
    try {
      this.#file = openSync(path, 'wx+', 0o600);
      unlinkSync(path);
      return true;
    } catch (error) {
      this.#failOnDisk(error);
      return false;
    }
  }

  #writeOut(): void {
    const file = this.#file;
    if (this.#isWriting || file === undefined || this.#pieces.length === 0) return;
    const buffer =
      this.#pieces.length === 1 && this.#pieces[0] !== undefined
        ? this.#pieces[0]
        : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#heldBytes = 0;
    this.#isWriting = true;
    this.#body.pause();
    this.#writeAll(file, buffer, 0);
  }

  #writeAll(file: number, buffer: Buffer, from: number): void {
    write(file, buffer, from, buffer.length - from, null, (error, bytes) => {
      if (this.#listener === undefined) {
        this.#isWriting = false;
        this.#closeFile();
        return;
      }
      if (error !== null) {
        this.#isWriting = false;
        this.#failOnDisk(error);
        return;
      }
      if (from + bytes < buffer.length) {
        this.#writeAll(file, buffer, from + bytes);
        return;
      }
      this.#isWriting = false;
      this.#writeOut();
      if (!this.#isWriting) {
        this.#finishIfDone();
        if (!this.#isEnded) this.#body.resume();
      }
    });
  }

  #finishIfDone(): void {
    if (!this.#isEnded || this.#isWriting) return;
    const file = this.#file;
    this.#file = undefined;
    const listener = this.#listener;
    this.#listener = undefined;
    if (listener === undefined) return;
    listener.spooled(new SpooledBody(this.#lengthBytes, this.#pieces, file));
  }

  #failOnDisk(error: unknown): void {
    this.#body.discard();
    this.#give((listener) => listener.failed(new SpoolError(this.#options.directory, error)));
  }

  #give(tell: (listener: SpoolListener) => void): void {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#closeFile();
    if (listener !== undefined) tell(listener);
  }

  #closeFile(): void {
    if (this.#file === undefined || this.#isWriting) return;
    close(this.#file, ignore);
    this.#file = undefined;
  }
}

function ignore(): void {}
