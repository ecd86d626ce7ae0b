import type { Matcher } from '../../pattern/fnmatch.ts';

/** Bits of `IndexOptions`. */
export const INDEX_OPTION = {
  none: 1,
  iconsAreLinks: 1 << 1,
  scanHtmlTitles: 1 << 2,
  suppressIcon: 1 << 3,
  suppressLastModified: 1 << 4,
  suppressSize: 1 << 5,
  suppressDescription: 1 << 6,
  suppressPreamble: 1 << 7,
  suppressColumnSorting: 1 << 8,
  suppressRules: 1 << 9,
  foldersFirst: 1 << 10,
  versionSort: 1 << 11,
  trackModified: 1 << 12,
  fancy: 1 << 13,
  table: 1 << 14,
  ignoreClient: 1 << 15,
  ignoreCase: 1 << 16,
  xhtml: 1 << 17,
  showForbidden: 1 << 18,
  addAltClass: 1 << 19,
} as const;

/** Bits set, and bits that `+` and `-` add and take away where nothing absolute is set. */
export interface IndexBits {
  /** undefined: no option without a sign. */
  readonly absolute: number | undefined;
  readonly added: number;
  readonly removed: number;
}

/** Width of a column: the least, and whether it grows with what stands in it. */
export interface ColumnWidth {
  readonly least: number;
  readonly grows: boolean;
}

export const DEFAULT_COLUMN_WIDTH = 23;

export type SortKey = 'N' | 'M' | 'S' | 'D';
export type SortDirection = 'A' | 'D';

/** An icon or text for entries: which ones, and where. */
export interface EntryItem {
  readonly by: 'path' | 'type' | 'encoding';
  /** The directory that the directive stands in, and all below. */
  readonly holdsFor: Matcher;
  readonly matches: Matcher;
  readonly data: string;
}

export interface Description {
  /** The pattern is for the whole path, and not for the last part alone. */
  readonly isForPath: boolean;
  readonly matches: Matcher;
  readonly text: string;
}

/** A name that is left out, in its directory and all below. */
export interface IgnoredName {
  readonly holdsFor: Matcher;
  readonly matches: Matcher;
}

/** Per-directory config; a field that is undefined is inherited. Lists have the inner scope's entries first. */
export interface AutoindexDirConfig {
  bits?: IndexBits;
  /** Stands outside of all sections: options with a sign take effect in sections only. */
  isOfServer?: true;
  nameWidth?: ColumnWidth;
  descriptionWidth?: ColumnWidth;
  /** 0 is as good as unset. */
  iconWidth?: number;
  iconHeight?: number;
  type?: string;
  charset?: string;
  usesOldDates?: boolean;
  sortKey?: SortKey;
  sortDirection?: SortDirection;
  header?: string;
  readme?: string;
  defaultIcon?: string;
  styleSheet?: string;
  headInsert?: string;
  resetsIgnored?: boolean;
  readonly icons: readonly EntryItem[];
  readonly alts: readonly EntryItem[];
  readonly descriptions: readonly Description[];
  readonly ignored: readonly IgnoredName[];
}

export function createAutoindexConfig(): AutoindexDirConfig {
  return { icons: [], alts: [], descriptions: [], ignored: [] };
}

/** @source httpd mod_autoindex.c `merge_autoindex_configs` */
export function mergeAutoindexConfig(base: AutoindexDirConfig, add: AutoindexDirConfig): AutoindexDirConfig {
  const { resetsIgnored: _resets, isOfServer: _place, ...inherited } = base;
  const merged: AutoindexDirConfig = {
    ...inherited,
    ...add,
    bits: mergeBits(base.bits ?? NO_BITS, add.bits ?? NO_BITS),
    icons: [...add.icons, ...base.icons],
    alts: [...add.alts, ...base.alts],
    descriptions: [...add.descriptions, ...base.descriptions],
    ignored: add.resetsIgnored === true ? add.ignored : [...add.ignored, ...base.ignored],
  };
  if (add.iconWidth === 0 && base.iconWidth !== undefined) merged.iconWidth = base.iconWidth;
  if (add.iconHeight === 0 && base.iconHeight !== undefined) merged.iconHeight = base.iconHeight;
  return merged;
}

export const NO_BITS: IndexBits = { absolute: undefined, added: 0, removed: 0 };

/** The options in force. */
export function optionsOf({ bits = NO_BITS, isOfServer }: AutoindexDirConfig): number {
  return bits.absolute ?? (isOfServer ? 0 : bits.added & ~bits.removed);
}

/** Absolute options take the place of all that is outside; signs alone change what is there. */
function mergeBits(base: IndexBits, add: IndexBits): IndexBits {
  if (add.absolute === INDEX_OPTION.none) return { absolute: INDEX_OPTION.none, added: 0, removed: 0 };
  if (add.absolute !== undefined) return { absolute: add.absolute, added: 0, removed: 0 };
  const added = (base.added | add.added) & ~add.removed;
  const removed = base.removed | add.removed;
  const kept = (base.absolute ?? 0) & ~INDEX_OPTION.none;
  return { absolute: (kept | added) & ~removed, added, removed };
}
