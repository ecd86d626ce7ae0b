import type { BodyConsumer, BodyFailure, RequestBody } from '../pipeline/exchange.ts';
import { ChunkedDecoder, type TrailerLimits } from './chunked.ts';
import type { BodyFraming } from './request-head.ts';

/** What a body asks of the connection that it arrives on. */
export interface BodySource {
  /** More bytes are wanted, or none for now. */
  setReading(isWanted: boolean): void;
  /** Bytes are missing and the client may be waiting for `100 Continue`. */
  sendContinue(): void;
  /** The last byte arrived, or the framing broke. */
  onBodyEnd(): void;
}

/** A body as its connection sees it. */
export interface ConnectionBody extends RequestBody {
  /** No further byte of the connection belongs to this body. */
  readonly isFinished: boolean;
  /** Somebody takes the body, or it is being dropped. */
  readonly isWanted: boolean;
  /** Bytes that a Content-Length still owes; undefined for chunked framing. */
  readonly missingBytes: number | undefined;
  /** Takes what belongs to the body; gives where in `bytes` it ended. */
  feed(bytes: Buffer, start: number): number;
  /** The rest will not come: cut off, too slow or malformed. What arrived before is not delivered any more. */
  fail(failure: BodyFailure): void;
}

/** Content that waits in memory for its consumer; beyond, the client is held back. */
const MAX_HELD_BYTES = 65_536;

/** A request's body on a connection: framed by its length or in chunks, handed to one consumer, or dropped. */
export class ClientBody implements ConnectionBody {
  readonly isAnnounced: boolean;
  readonly contentLength: number | undefined;
  readonly isChunked: boolean;
  failure: BodyFailure | undefined;
  heldBytes = 0;

  readonly #source: BodySource;
  readonly #decoder: ChunkedDecoder | undefined;
  #missingBytes: number;
  #hasArrived: boolean;
  #held: Buffer[] = [];
  #consumer: BodyConsumer | undefined;
  #isDiscarded = false;
  #isPaused = false;
  #limitBytes = 0;
  #takenBytes = 0;
  #isDelivering = false;

  constructor(framing: BodyFraming, limits: TrailerLimits, source: BodySource) {
    this.#source = source;
    this.contentLength = framing.contentLength;
    this.isChunked = framing.isChunked;
    this.isAnnounced = framing.isChunked || framing.contentLength !== undefined;
    this.#decoder = framing.isChunked ? new ChunkedDecoder(limits) : undefined;
    this.#missingBytes = framing.contentLength ?? 0;
    this.#hasArrived = !framing.isChunked && this.#missingBytes === 0;
  }

  get isComplete(): boolean {
    return this.#hasArrived;
  }

  get isFinished(): boolean {
    return this.#hasArrived || this.failure !== undefined;
  }

  get isWanted(): boolean {
    return this.#consumer !== undefined || this.#isDiscarded;
  }

  get missingBytes(): number | undefined {
    return this.#decoder ? undefined : this.#missingBytes;
  }

  feed(bytes: Buffer, start: number): number {
    if (this.isFinished) return start;
    let end: number;
    if (this.#decoder) {
      end = this.#decoder.feed(bytes, start, (content) => {
        this.#take(content);
      });
      if (this.#decoder.isDone) this.#hasArrived = true;
    } else {
      end = Math.min(bytes.length, start + this.#missingBytes);
      this.#missingBytes -= end - start;
      if (this.#missingBytes === 0) this.#hasArrived = true;
      this.#take(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end));
    }
    const fault = this.#decoder?.fault;
    if (fault) this.fail({ ...fault, isGone: false });
    else {
      if (this.#hasArrived) this.#source.onBodyEnd();
      this.#deliver();
    }
    return end;
  }

  fail(failure: BodyFailure): void {
    if (this.isFinished) return;
    this.failure = failure;
    this.#held = [];
    this.heldBytes = 0;
    this.#source.onBodyEnd();
    this.#endConsumer((consumer) => {
      consumer.fail(failure);
    });
  }

  start(consumer: BodyConsumer, limitBytes: number): void {
    this.#consumer = consumer;
    this.#limitBytes = limitBytes;
    if (this.failure) {
      const { failure } = this;
      this.#endConsumer(() => {
        consumer.fail(failure);
      });
      return;
    }
    if (limitBytes > 0 && (this.contentLength ?? 0) > limitBytes) {
      this.#tooLarge();
      return;
    }
    if (!this.isFinished) this.#source.sendContinue();
    this.#deliver();
  }

  pause(): void {
    this.#isPaused = true;
    this.#source.setReading(false);
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#deliver();
  }

  discard(): void {
    this.#consumer = undefined;
    this.#isDiscarded = true;
    this.#isPaused = false;
    this.#held = [];
    this.heldBytes = 0;
    if (!this.isFinished) this.#source.setReading(true);
  }

  #take(content: Buffer): void {
    if (this.#isDiscarded || content.length === 0) return;
    this.#held.push(content);
    this.heldBytes += content.length;
  }

  #deliver(): void {
    if (this.#isDelivering) return;
    if (!this.#consumer) {
      if (!this.isFinished) this.#source.setReading(this.#isDiscarded || this.heldBytes < MAX_HELD_BYTES);
      return;
    }
    this.#isDelivering = true;
    while (this.#held.length > 0 && !this.#isPaused && this.#consumer) {
      const chunk = this.#held.shift()!;
      this.heldBytes -= chunk.length;
      this.#takenBytes += chunk.length;
      if (this.#limitBytes > 0 && this.#takenBytes > this.#limitBytes) this.#tooLarge();
      else this.#consumer.data(chunk);
    }
    this.#isDelivering = false;
    if (this.#isPaused || !this.#consumer || this.#held.length > 0) return;
    if (this.#hasArrived) {
      this.#endConsumer((consumer) => {
        consumer.end();
      });
    } else if (!this.failure) this.#source.setReading(true);
  }

  #tooLarge(): void {
    const failure: BodyFailure = {
      status: 413,
      message: 'Request body is larger than allowed',
      isGone: false,
    };
    const hasRest = !this.isFinished;
    this.failure = failure;
    this.#held = [];
    this.heldBytes = 0;
    if (hasRest) this.#source.onBodyEnd();
    this.#endConsumer((consumer) => {
      consumer.fail(failure);
    });
  }

  /** The consumer hears its last call, once. */
  #endConsumer(call: (consumer: BodyConsumer) => void): void {
    const consumer = this.#consumer;
    this.#consumer = undefined;
    this.#isDiscarded = true;
    if (consumer) call(consumer);
  }
}
