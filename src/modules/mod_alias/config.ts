import type { StringValue } from '../../expr/context.ts';
import type { PcrePattern } from '../../pattern/pcre.ts';
import type { Span } from '../../source/source.ts';

/** One `Alias…` or `Redirect…` line of a list that is searched in order. */
export interface AliasEntry {
  readonly span: Span;
  readonly directive: string;
  /** URL prefix as written, or the pattern that the whole URL path is searched for. */
  readonly fake: string | PcrePattern;
  /** Path or URL that takes the place of the match; undefined: a redirect without a target (`Redirect gone /x`). */
  readonly real: string | undefined;
  /** For relative targets of aliases. */
  readonly serverRoot: string;
  readonly isScript: boolean;
  /** Status of a redirect; 0 for an alias. */
  readonly status: number;
}

/** Lists of a server. The first `ownAliases` entries are its own, the rest those of the main server. */
export interface AliasServerConfig {
  aliases: AliasEntry[];
  redirects: AliasEntry[];
  ownAliases: number;
}

/** `Alias path` in a `<Location>`: every URL of it is this one path. */
export interface LocationAlias {
  readonly evaluate: StringValue;
  readonly isScript: boolean;
  readonly serverRoot: string;
  /** Argument of the section, which `AliasPreservePath` takes off the URL. */
  readonly fake: string;
}

/** `Redirect [status] url` without a prefix. */
export interface LocationRedirect {
  readonly status: number;
  /** undefined: a status alone. */
  readonly evaluate: StringValue | undefined;
}

/** Per-directory config; a field that is undefined is inherited. */
export interface AliasDirConfig {
  redirects: AliasEntry[];
  alias?: LocationAlias;
  redirect?: LocationRedirect;
  isRelative?: boolean;
  preservePath?: boolean;
}

export function createAliasServerConfig(): AliasServerConfig {
  return { aliases: [], redirects: [], ownAliases: 0 };
}

/** The virtual host's entries are tried before the main server's. */
export function mergeAliasServerConfig(base: AliasServerConfig, add: AliasServerConfig): AliasServerConfig {
  return {
    aliases: [...add.aliases, ...base.aliases],
    redirects: [...add.redirects, ...base.redirects],
    ownAliases: add.aliases.length,
  };
}

export function createAliasDirConfig(): AliasDirConfig {
  return { redirects: [] };
}

/** Inner redirects are tried first; of everything else the inner one is used alone. */
export function mergeAliasDirConfig(base: AliasDirConfig, add: AliasDirConfig): AliasDirConfig {
  return { ...base, ...add, redirects: [...add.redirects, ...base.redirects] };
}
