import type { BodyConsumer, RequestBody } from '../pipeline/exchange.ts';

/** Where the bytes of STDIN come from. `start` may be called again only while `isReplayable`. */
export interface StdinSource {
  /** The whole body when it is in memory (empty: no body); it then goes out in one write with the parameters. */
  readonly held: readonly Buffer[] | undefined;
  /** Every byte can still be delivered from the first one: what the retry rule asks. */
  readonly isReplayable: boolean;
  start(consumer: BodyConsumer): void;
  pause(): void;
  resume(): void;
  /** The exchange wants no more of it: the backend answered early, failed, or the client is gone. */
  stop(): void;
}

/** A body that is in memory as a whole. */
export class HeldStdin implements StdinSource {
  readonly held: readonly Buffer[];
  readonly isReplayable = true;

  constructor(pieces: readonly Buffer[]) {
    this.held = pieces;
  }

  start(consumer: BodyConsumer): void {
    for (const piece of this.held) consumer.data(piece);
    consumer.end();
  }

  pause(): void {}
  resume(): void {}
  stop(): void {}
}

/** No body. */
export const EMPTY_STDIN: StdinSource = new HeldStdin([]);

/**
 * A body that goes to the backend as it arrives from the client. It can be sent to one backend only: once started,
 * it is gone.
 */
export class StreamedStdin implements StdinSource {
  readonly held = undefined;
  readonly #body: RequestBody;
  readonly #limitBytes: number;
  #isStarted = false;

  /** @param limitBytes fails with 413 when the body is longer; 0: no limit */
  constructor(body: RequestBody, limitBytes: number) {
    this.#body = body;
    this.#limitBytes = limitBytes;
  }

  get isReplayable(): boolean {
    return !this.#isStarted;
  }

  start(consumer: BodyConsumer): void {
    this.#isStarted = true;
    this.#body.start(consumer, this.#limitBytes);
  }

  pause(): void {
    this.#body.pause();
  }

  resume(): void {
    this.#body.resume();
  }

  stop(): void {
    if (this.#isStarted) this.#body.discard();
  }
}
