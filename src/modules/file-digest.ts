import { createHash } from 'node:crypto';
import { read, type BigIntStats } from 'node:fs';

/** How many digests are kept; the oldest goes first. */
const MOST_REMEMBERED = 4096;
/** Read off the event loop, so that a large file holds nobody up. */
const PIECE_BYTES = 262_144;

const remembered = new Map<string, Promise<string>>();

/** SHA-1 of bytes that are here already, in base64. */
export function contentDigest(content: Buffer): string {
  return createHash('sha1').update(content).digest('base64');
}

/**
 * SHA-1 of an open file, in base64, for `FileETag Digest`. Read once for each state of the file (device, inode, size,
 * times), also when many ask at once.
 *
 * @throws what reading throws
 */
export function fileDigest(descriptor: number, stats: BigIntStats): Promise<string> {
  const identity = `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`;
  const known = remembered.get(identity);
  if (known !== undefined) return known;
  const digest = readDigest(descriptor);
  remembered.set(identity, digest);
  digest.catch(() => remembered.delete(identity));
  if (remembered.size > MOST_REMEMBERED) remembered.delete(remembered.keys().next().value!);
  return digest;
}

async function readDigest(descriptor: number): Promise<string> {
  const hash = createHash('sha1');
  const memory = Buffer.allocUnsafeSlow(PIECE_BYTES);
  for (let at = 0; ;) {
    const length = await readPiece(descriptor, memory, at);
    if (length === 0) return hash.digest('base64');
    hash.update(memory.subarray(0, length));
    at += length;
  }
}

function readPiece(descriptor: number, memory: Buffer, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(descriptor, memory, 0, memory.length, position, (error, length) => {
      if (error) reject(error);
      else resolve(length);
    });
  });
}
