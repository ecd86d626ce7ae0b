import type { BigIntStats } from 'node:fs';

export interface ETagParts {
  /** A digest of the content stands for all other parts. */
  readonly digest: boolean;
  readonly inode: boolean;
  readonly mtime: boolean;
  readonly size: boolean;
}

/** httpd's default, `FileETag MTime Size`. */
export const DEFAULT_ETAG_PARTS: ETagParts = { digest: false, inode: false, mtime: true, size: true };

/** A file changed this recently may change again within its second: its tag is weak. */
const SETTLED_AFTER_US = 1_000_000n;

/**
 * The entity tag of a file by its `stat`: hexadecimal inode, size and modification time in microseconds, as `FileETag` chose;
 * undefined for `FileETag None`.
 *
 * @param requestTimeMs wall clock; a file that changed within the second before has a weak tag
 * @source httpd server/util_etag.c `ap_make_etag`
 */
export function fileETag(stats: BigIntStats, parts: ETagParts, requestTimeMs: number): string | undefined {
  const mtimeUs = stats.mtimeNs / 1000n;
  const fields: string[] = [];
  if (parts.inode) fields.push(stats.ino.toString(16));
  if (parts.size) fields.push(stats.size.toString(16));
  if (parts.mtime) fields.push(mtimeUs.toString(16));
  if (fields.length === 0) return undefined;
  const isWeak = BigInt(Math.floor(requestTimeMs * 1000)) - mtimeUs <= SETTLED_AFTER_US;
  return `${isWeak ? 'W/' : ''}"${fields.join('-')}"`;
}

/** Whether a list such as `If-None-Match` names the tag, `W/` aside. */
export function listsETagWeakly(list: string, etag: string): boolean {
  const wanted = opaquePart(etag);
  return entityTags(list).some((tag) => opaquePart(tag) === wanted);
}

/** Whether a list such as `If-Match` names the tag, and both are strong. */
export function listsETagStrongly(list: string, etag: string): boolean {
  return !isWeakTag(etag) && entityTags(list).includes(etag);
}

function opaquePart(tag: string): string {
  return isWeakTag(tag) ? tag.slice(2) : tag;
}

function isWeakTag(tag: string): boolean {
  return tag.startsWith('W/');
}

/** The tags of a comma-separated list; a comma within quotes belongs to its tag. */
function entityTags(list: string): string[] {
  const tags: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let i = 0; i <= list.length; i++) {
    const char = list[i];
    if (char === '"') isQuoted = !isQuoted;
    if (char !== undefined && (char !== ',' || isQuoted)) continue;
    const tag = list.slice(start, i).trim();
    if (tag !== '') tags.push(tag);
    start = i + 1;
  }
  return tags;
}
