import { readSync, type BigIntStats, type Stats } from 'node:fs';
import { fileETag, type ETagParts } from '../pipeline/etag.ts';
import { formatHttpDate } from '../pipeline/http-date.ts';
import { contentDigest } from './file-digest.ts';

/** Files up to this size are read at once. */
export const SMALL_FILE_BYTES = 32_768;
/** All remembered content together. */
const MAX_REMEMBERED_BYTES = 16 * 1024 * 1024;
/** A file that changed within this time may change again without its times telling. */
const SETTLED_AFTER_MS = 1100;

/** A small file as it was read, with what its response says about it. */
export interface SmallFile {
  readonly stats: BigIntStats;
  readonly content: Buffer;
  readonly lastModified: string;
  /** Entity tags by the parts they are made of. */
  readonly etags: (string | undefined)[];
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

const scratch = Buffer.allocUnsafeSlow(SMALL_FILE_BYTES);
const remembered = new Map<string, SmallFile>();
let rememberedBytes = 0;

/**
 * The file as it was read before, when `finfo`, taken for this request, shows that it is still that very file,
 * unchanged. Saves opening, reading and closing it again, which is most of what a small file costs.
 */
export function recallFile(filename: string, finfo: Stats): SmallFile | undefined {
  const file = remembered.get(filename);
  if (file === undefined) return undefined;
  const isSame =
    file.ctimeMs === finfo.ctimeMs &&
    file.mtimeMs === finfo.mtimeMs &&
    file.content.length === finfo.size &&
    Number(file.stats.ino) === finfo.ino &&
    Number(file.stats.dev) === finfo.dev;
  if (isSame) return file;
  forget(filename, file);
  return undefined;
}

/** Reads an open file whole. Remembers it under the name, unless it changed a moment ago. */
export function readSmallFile(
  filename: string,
  descriptor: number,
  stats: BigIntStats,
  finfo: Stats,
): SmallFile {
  const length = readSync(descriptor, scratch, 0, Math.min(Number(stats.size), SMALL_FILE_BYTES), 0);
  const file: SmallFile = {
    stats,
    content: ownCopy(length),
    lastModified: formatHttpDate(Number(stats.mtimeNs / 1_000_000n)),
    etags: [],
    mtimeMs: finfo.mtimeMs,
    ctimeMs: finfo.ctimeMs,
  };
  const settled = Date.now() - SETTLED_AFTER_MS;
  const isSettled =
    finfo.mtimeMs < settled && finfo.ctimeMs < settled && stats.ctimeNs / 1_000_000n < BigInt(settled);
  if (isSettled && length === Number(stats.size)) remember(filename, file);
  return file;
}

/** The file's entity tag, made once for each choice of parts. */
export function smallFileETag(file: SmallFile, parts: ETagParts, requestTimeMs: number): string | undefined {
  const key = parts.digest ? 8 : (parts.inode ? 1 : 0) + (parts.mtime ? 2 : 0) + (parts.size ? 4 : 0);
  const known = file.etags[key];
  if (known !== undefined) return known;
  if (parts.digest) return (file.etags[key] = `"${contentDigest(file.content)}"`);
  const etag = fileETag(file.stats, parts, requestTimeMs);
  if (etag !== undefined && !etag.startsWith('W/')) file.etags[key] = etag;
  return etag;
}

/** What was read, in memory that nothing else shares. */
function ownCopy(length: number): Buffer {
  const copy = Buffer.allocUnsafeSlow(length);
  scratch.copy(copy, 0, 0, length);
  return copy;
}

function remember(filename: string, file: SmallFile): void {
  const before = remembered.get(filename);
  if (before) forget(filename, before);
  remembered.set(filename, file);
  rememberedBytes += file.content.length + filename.length;
  for (const [oldest, entry] of remembered) {
    if (rememberedBytes <= MAX_REMEMBERED_BYTES) break;
    forget(oldest, entry);
  }
}

function forget(filename: string, file: SmallFile): void {
  remembered.delete(filename);
  rememberedBytes -= file.content.length + filename.length;
}
