import type { Condition } from '../../expr/context.ts';
import type { PcrePattern } from '../../pattern/pcre.ts';

/** `name=value`; no value: the variable is removed. `$n` in values stand for groups of the match. */
export interface Assignment {
  readonly name: string;
  readonly value: string | undefined;
}

/** What an entry looks at. */
export type Attribute =
  /** `remote_addr` and its like, in lower case. */
  | { readonly kind: 'special'; readonly name: string }
  /** The last request header whose name matches. */
  | { readonly kind: 'headers'; readonly pattern: PcrePattern }
  /** A request header, else a variable set earlier. */
  | { readonly kind: 'named'; readonly name: string };

export interface MatchEntry {
  readonly kind: 'match';
  readonly attribute: Attribute;
  /** As written, in lower case. */
  readonly attributeName: string;
  /** The entry before it asked about the same attribute, whose value is not looked up again. */
  readonly repeatsAttribute: boolean;
  /** A pattern without metacharacters: text to find, in lower case when `caseless`. Groups are not known then. */
  readonly text: string | undefined;
  readonly caseless: boolean;
  readonly pattern: PcrePattern | undefined;
  readonly assignments: readonly Assignment[];
}

export interface ExprEntry {
  readonly kind: 'expr';
  readonly condition: Condition;
  readonly assignments: readonly Assignment[];
}

export type SetEnvIfEntry = MatchEntry | ExprEntry;

/** Entries in order; the same for a server and for a directory. */
export interface SetEnvIfConfig {
  entries: SetEnvIfEntry[];
}

export function createSetEnvIfConfig(): SetEnvIfConfig {
  return { entries: [] };
}

/** Outer entries run first. */
export function mergeSetEnvIfConfig(base: SetEnvIfConfig, add: SetEnvIfConfig): SetEnvIfConfig {
  return { entries: [...base.entries, ...add.entries] };
}
