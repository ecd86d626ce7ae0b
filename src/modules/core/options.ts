/** The `Options` of a directory, as bits. @source httpd include/http_core.h */
export const OPT = {
  Indexes: 1,
  Includes: 2,
  FollowSymLinks: 4,
  ExecCGI: 8,
  SymLinksIfOwnerMatch: 16,
  MultiViews: 32,
  IncludesNoExec: 64,
} as const;

/** `All` is everything but MultiViews. */
export const OPT_ALL =
  OPT.Indexes |
  OPT.Includes |
  OPT.FollowSymLinks |
  OPT.ExecCGI |
  OPT.IncludesNoExec |
  OPT.SymLinksIfOwnerMatch;

const WORDS: ReadonlyMap<string, number> = new Map([
  ['indexes', OPT.Indexes],
  ['includes', OPT.Includes],
  ['includesnoexec', OPT.IncludesNoExec],
  ['followsymlinks', OPT.FollowSymLinks],
  ['symlinksifownermatch', OPT.SymLinksIfOwnerMatch],
  ['execcgi', OPT.ExecCGI],
  ['multiviews', OPT.MultiViews],
  ['all', OPT_ALL],
  ['none', 0],
]);

/** Bits of one option word in lower case, without its sign; undefined: no such option. */
export function optionBits(word: string): number | undefined {
  return WORDS.get(word);
}

/** Options of one context: an absolute set, then what is added and removed. */
export interface OptionsSetting {
  /** undefined: only `+` and `-` words stood here; the inherited set is edited. */
  readonly absolute: number | undefined;
  readonly add: number;
  readonly remove: number;
}

/** `inner` laid over `outer`. @source httpd server/core.c `merge_core_dir_configs` */
export function mergeOptions(outer: OptionsSetting | undefined, inner: OptionsSetting): OptionsSetting {
  if (inner.absolute !== undefined || outer === undefined) return inner;
  return {
    absolute: outer.absolute === undefined ? undefined : (outer.absolute & ~inner.remove) | inner.add,
    add: (outer.add & ~inner.remove) | inner.add,
    remove: (outer.remove & ~inner.add) | inner.remove,
  };
}

/** The options in force; the built-in default is FollowSymLinks. */
export function effectiveOptions(setting: OptionsSetting | undefined): number {
  if (!setting) return OPT.FollowSymLinks;
  return setting.absolute ?? (OPT.FollowSymLinks & ~setting.remove) | setting.add;
}
