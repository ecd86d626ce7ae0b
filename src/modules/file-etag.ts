import { DEFAULT_ETAG_PARTS, type ETagParts } from '../pipeline/etag.ts';
import type { CoreDirConfig } from './core/config.ts';

/** What `FileETag` makes an entity tag of. */
export function etagParts(setting: CoreDirConfig['fileETag']): ETagParts {
  if (setting === undefined) return DEFAULT_ETAG_PARTS;
  const { absolute, add, remove } = setting;
  const has = (part: keyof ETagParts): boolean =>
    (absolute?.has(part) === true && !remove.includes(part)) || add.includes(part);
  const parts = { digest: has('digest'), inode: has('inode'), mtime: has('mtime'), size: has('size') };
  // Without an absolute setting, what is taken away leaves nothing, which is as good as no setting.
  const isUnset = !parts.digest && !parts.inode && !parts.mtime && !parts.size && absolute?.size !== 0;
  return isUnset ? DEFAULT_ETAG_PARTS : parts;
}
