import type { BodyConsumer } from '../pipeline/exchange.ts';
import type { ConnectionBody } from './body.ts';

/** The body of every request that announced none: there is nothing to frame, to hold or to fail. */
export const NO_BODY: ConnectionBody = {
  isAnnounced: false,
  contentLength: undefined,
  isChunked: false,
  isComplete: true,
  isFinished: true,
  isWanted: false,
  missingBytes: 0,
  heldBytes: 0,
  failure: undefined,
  start(consumer: BodyConsumer): void {
    consumer.end();
  },
  pause(): void {},
  resume(): void {},
  discard(): void {},
  feed: (_bytes: Buffer, start: number) => start,
  fail(): void {},
};
