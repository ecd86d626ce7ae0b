import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { MethodLimit } from '../modules/method-limit.ts';
import type { BoundExpr, BoundRegex, ScopeKind } from '../modules/module.ts';
import type { SectionKind } from '../pipeline/section.ts';
import type { SourceSet, Span } from '../source/source.ts';

/** One directive line, checked: what `apply` of its module gets when the plan is made. */
export interface BoundRow {
  readonly kind: 'row';
  /** Module name, `mod_alias`. */
  readonly module: string;
  /** Canonical directive name; for an inline section its name with `<`. */
  readonly directive: string;
  readonly value: unknown;
  readonly span: Span;
  readonly limit?: MethodLimit;
  /** For inline sections: which end this is; for scopes with an `opening`: its value. */
  readonly part?: 'open' | 'close' | 'opening';
}

/** A section that holds per-directory config, with what stands in it, in file order. */
export interface BoundScope {
  readonly kind: 'scope';
  readonly section: SectionKind | 'server' | 'htaccess';
  readonly scope: ScopeKind;
  /** The argument as httpd compares it: a directory with its trailing slash, a prefix, a wildcard, a pattern. */
  readonly argument: string;
  readonly regex?: BoundRegex;
  readonly expr?: BoundExpr;
  readonly span: Span;
  readonly items: readonly (BoundRow | BoundScope)[];
}

/** A server: the main one, or a virtual host with its addresses as written. */
export interface BoundServer {
  readonly addresses: readonly { readonly text: string; readonly span: Span }[];
  readonly root: BoundScope;
  readonly span: Span | undefined;
}

/** A line of the configuration that the gateway does not serve, or not as httpd does. */
export interface DirectiveUse {
  readonly directive: string;
  readonly module: string;
  readonly span: Span;
  readonly service: 'accepted' | 'not served';
  /** The reason (accepted) or the effect (not served). */
  readonly note: string;
  readonly isSecurity: boolean;
}

/** A whole configuration as typed rows: plain data, may go to another process. */
export interface BoundConfig {
  readonly main: BoundServer;
  readonly vhosts: readonly BoundServer[];
  readonly diagnostics: readonly Diagnostic[];
  readonly uses: readonly DirectiveUse[];
  readonly sources: SourceSet;
  readonly serverRoot: string;
  /** `DefaultRuntimeDir`, absolute; undefined: httpd's compiled-in one. */
  readonly runtimeDir?: string | undefined;
  /** Names of the loaded modules that the gateway knows (`mod_alias`). */
  readonly modules: readonly string[];
}
