/**
 * Where sockets read into. All connections share one buffer, because most of what comes is small: it is looked at in
 * place, and what is kept of it is taken out at its true size. A connection in the middle of a large body gets a
 * buffer of its own for the next read, of which parts are handed on without a copy. Against a fresh allocation for each
 * read, which is what a socket does without `onread`, this saved about 1 of 10 microseconds for a small exchange, and
 * nothing was lost for 128 KiB.
 */

const READ_BYTES = 65_536;

/** A read of this size is seldom the last one. */
const LARGE_READ_BYTES = 32_768;

const shared = Buffer.allocUnsafeSlow(READ_BYTES);

/** The buffer for a connection's next read. @param lastBytes size of its last read */
export function nextReadBuffer(lastBytes: number): Buffer {
  return lastBytes >= LARGE_READ_BYTES ? Buffer.allocUnsafeSlow(READ_BYTES) : shared;
}

/** The buffer that all connections read into: a socket that points to it keeps no memory. */
export function isShared(buffer: Buffer): boolean {
  return buffer === shared;
}

/** What was read, in memory that nothing will write to again. */
export function ownedRead(buffer: Buffer, bytes: number): Buffer {
  return isShared(buffer) ? Buffer.from(buffer.subarray(0, bytes)) : buffer.subarray(0, bytes);
}

/** Up to here a copy is made as text: it costs less than a `Buffer`, and small answers are sent as text. */
const MOST_TEXT_BYTES = 8192;

/** A part of what was read, to be kept: in memory that nothing will write to again, a small one as latin1 text. */
export function takePart(buffer: Buffer, start: number, end: number): Buffer | string {
  if (!isShared(buffer)) return buffer.subarray(start, end);
  if (end - start <= MOST_TEXT_BYTES) return buffer.toString('latin1', start, end);
  return Buffer.from(buffer.subarray(start, end));
}
