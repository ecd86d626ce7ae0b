import type { CatalogueRow, ModuleCatalogue } from '../../grammar/catalogue/types.ts';
import type { ExprNode } from '../../grammar/expr/ast.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { MethodLimit } from './method-limit.ts';
import type { DirConfig } from '../pipeline/dir-config.ts';
import type { Hook } from '../pipeline/phases.ts';
import type { RequestRecord } from '../pipeline/request.ts';
import type { GatewayPlan, ServerRecord } from '../pipeline/server.ts';
import type { Span } from '../source/source.ts';
import type { DirectiveNode, SectionNode, Word } from '../syntax/tree.ts';

/** A regular expression of the configuration: checked when bound, compiled where it runs. Plain data. */
export interface BoundRegex {
  readonly source: string;
  readonly caseless: boolean;
  readonly span: Span;
}

/** An expression (ap_expr) of the configuration: parsed when bound, compiled where it runs. Plain data. */
export interface BoundExpr {
  readonly text: string;
  readonly node: ExprNode;
  readonly span: Span;
}

export type ScopeKind = 'server' | 'vhost' | 'directory' | 'location' | 'files' | 'if' | 'proxy' | 'htaccess';

/** The place a directive stands in. */
export interface BindContext {
  readonly report: Report;
  /** Innermost scope that holds per-directory config. */
  readonly scope: ScopeKind;
  /** Argument of that scope (`cmd->path`): directory with its trailing slash, URL prefix, pattern, proxy URL; undefined at server level. */
  readonly path: string | undefined;
  /** The scope's pattern is a regular expression. */
  readonly isRegexScope: boolean;
  /** Inside `<VirtualHost>`, however deep. */
  readonly inVhost: boolean;
  /** Inside `.htaccess`. */
  readonly inHtaccess: boolean;
  /** Scopes around this place, outermost first, this one's own last. */
  readonly scopes: readonly { readonly kind: ScopeKind; readonly path: string | undefined }[];
  /** Lower-case names of the sections around this place, inside its scope, that are no scopes (`limit`, `requireall`). */
  readonly inlineSections: readonly string[];
  /** `AllowOverride Options=` names in force for an `.htaccess`; undefined: no limit. */
  readonly allowedOptions: readonly string[] | undefined;
  /** Absolute form of a path that is relative to ServerRoot. */
  serverRootRelative(path: string): string;
  /** Reports an error at a word, a node or a span, and gives undefined. */
  error(at: Word | DirectiveNode | SectionNode | Span, message: string, help?: string): undefined;
  warn(at: Word | DirectiveNode | SectionNode | Span, message: string, help?: string): undefined;
  /** Checks a pattern. `message` is httpd's text for a pattern that does not compile. */
  regex(word: Word, options: { caseless?: boolean; message?: string }): BoundRegex | undefined;
  /** Parses an expression; `message` stands before the parser's reason, as `Cannot parse …: `. */
  expr(word: Word, mode: 'boolean' | 'string', message?: string): BoundExpr | undefined;
  /** The part of the raw arguments from an offset on, as a word with its exact place. */
  rawWord(node: DirectiveNode | SectionNode, start: number, end?: number): Word;
  hasModule(name: string): boolean;
  /** True for `-t`-like checks that may look at the target's disk; false when linting. */
  readonly mayTouchDisk: boolean;
}

/** Where a bound value is applied, when the plan is made. */
export interface ApplyContext {
  readonly report: Report;
  readonly span: Span;
  readonly scope: ScopeKind;
  readonly path: string | undefined;
  readonly isRegexScope: boolean;
  readonly inHtaccess: boolean;
  /** Methods of the enclosing `<Limit>` (`only`) or `<LimitExcept>` (`except`). */
  readonly limit: MethodLimit | undefined;
}

/** A directive that the gateway serves. */
export interface ServedDirective<S, D, V = unknown> {
  /** Checks a line; gives the plain value to apply, or undefined when there is nothing to apply or an error was reported. */
  readonly bind: (ctx: BindContext, node: DirectiveNode) => V | undefined;
  /** Puts the value into the config of its server and its per-directory scope. */
  readonly apply: (into: { readonly server: S; readonly dir: D }, value: V, ctx: ApplyContext) => void;
  /** What of a line is not served all the same: its name for people, and what will be different. */
  readonly unserved?: (
    node: DirectiveNode,
    hasModule: (name: string) => boolean,
  ) => { readonly what: string; readonly note: string } | undefined;
}

/** A directive that means nothing here, with the reason. */
export interface AcceptedDirective {
  readonly accepted: string;
  readonly bind?: (ctx: BindContext, node: DirectiveNode) => unknown;
}

/** A directive that is checked but not served, with what will be different. */
export interface UnservedDirective {
  readonly notServed: string;
  /** Its absence would open a door: serving refuses to start. A function decides by the line. */
  readonly security?: true | ((node: DirectiveNode | SectionNode) => boolean);
  /** False for a line that changes nothing, such as one that switches the thing off. Missing: every line counts. */
  readonly matters?: (node: DirectiveNode | SectionNode) => boolean;
  readonly bind?: (ctx: BindContext, node: DirectiveNode) => unknown;
}

/**
 * A section that is not a scope of its own: its children stand in the enclosing scope, between two rows
 * (`<RequireAll>`, `<Limit>`). Sections that are scopes belong to `bind/sections.ts`.
 */
export interface InlineSection<S, D, V = unknown> {
  readonly bindSection: (ctx: BindContext, node: SectionNode) => V | undefined;
  readonly open: (into: { readonly server: S; readonly dir: D }, value: V, ctx: ApplyContext) => void;
  readonly close: (into: { readonly server: S; readonly dir: D }, value: V, ctx: ApplyContext) => void;
}

/** What a directive's `bind` hands to its `apply`: each has a type of its own, which only the two know. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- `unknown` would refuse every typed `apply`
type AnyValue = any;

/** A section or read-time directive that the front end itself carries out; named here so that none is forgotten. */
export interface StructuralDirective {
  readonly structural: true;
  /** What the opening line says besides being a scope (`<Proxy url key=value>`); applied in the enclosing scope, after the children. */
  readonly opening?: {
    readonly bind: (ctx: BindContext, node: SectionNode) => unknown;
    readonly apply: (
      into: { readonly server: AnyValue; readonly dir: AnyValue },
      value: AnyValue,
      ctx: ApplyContext,
    ) => void;
  };
}

export type DirectiveDefinition<S, D> =
  | ServedDirective<S, D, AnyValue>
  | AcceptedDirective
  | UnservedDirective
  | InlineSection<S, D, AnyValue>
  | StructuralDirective;

/** Reports a problem of a whole plan; an error unless said otherwise. */
export type PlanReport = (message: string, span: Span | undefined, severity?: 'error' | 'warning') => void;

export interface ModuleParts<C extends ModuleCatalogue, S, D> {
  /** One entry for each directive of the catalogue: the compiler refuses a missing or an unknown one. */
  readonly directives: { readonly [K in keyof C['directives']]: DirectiveDefinition<S, D> };
  readonly createServerConfig?: (isVirtual: boolean) => S;
  /** Pure; `base` is the main server's, `add` the virtual host's. Missing: the virtual host's own is used alone. */
  readonly mergeServerConfig?: (base: S, add: S) => S;
  readonly createDirConfig?: (path: string | undefined) => D;
  /** Pure; `add` is the inner one. Missing: the inner one replaces. */
  readonly mergeDirConfig?: (base: D, add: D) => D;
  /** Checks and prepares the whole plan after all merges; problems are reported. */
  readonly postConfig?: (plan: GatewayPlan, report: PlanReport) => void;
  /** Reads what the config names before the first request; not run by checks such as `-t`. An error stops the start. */
  readonly beforeServing?: (plan: GatewayPlan, report: PlanReport) => void;
  readonly hooks?: readonly Hook[];
}

/** One Apache module as the gateway knows it. */
export interface Module<S = unknown, D = unknown> {
  readonly name: string;
  /** `alias_module`. */
  readonly identifier: string;
  /** Place in every config vector. */
  readonly slot: number;
  readonly rows: Readonly<Record<string, CatalogueRow>>;
  readonly directives: Readonly<Record<string, DirectiveDefinition<S, D>>>;
  readonly createServerConfig: ((isVirtual: boolean) => S) | undefined;
  readonly mergeServerConfig: ((base: S, add: S) => S) | undefined;
  readonly createDirConfig: ((path: string | undefined) => D) | undefined;
  readonly mergeDirConfig: ((base: D, add: D) => D) | undefined;
  readonly postConfig: ModuleParts<ModuleCatalogue, S, D>['postConfig'];
  readonly beforeServing: ModuleParts<ModuleCatalogue, S, D>['beforeServing'];
  readonly hooks: readonly Hook[];
  /** This module's merged per-directory config for a request; undefined: no directive of it applies. */
  dir(req: RequestRecord): D | undefined;
  /** The same of a merged config. */
  in(config: DirConfig): D | undefined;
  /** This module's config for a server. Always there when `createServerConfig` is. */
  server(server: ServerRecord): S;
}

let slots = 0;

/** Number of config slots; final once `modules/index.ts` is loaded. */
export function slotCount(): number {
  return slots;
}

/** The module made of a catalogue entry and its parts, with the next free slot. */
export function defineModule<const C extends ModuleCatalogue, S = undefined, D = undefined>(
  catalogue: C,
  parts: ModuleParts<C, S, D>,
): Module<S, D> {
  const slot = slots++;
  return {
    name: catalogue.module,
    identifier: catalogue.identifier,
    slot,
    rows: catalogue.directives,
    directives: parts.directives as Readonly<Record<string, DirectiveDefinition<S, D>>>,
    createServerConfig: parts.createServerConfig,
    mergeServerConfig: parts.mergeServerConfig,
    createDirConfig: parts.createDirConfig,
    mergeDirConfig: parts.mergeDirConfig,
    postConfig: parts.postConfig,
    beforeServing: parts.beforeServing,
    hooks: parts.hooks ?? [],
    dir: (req) => req.dirConfig.values[slot] as D | undefined,
    in: (config) => config.values[slot] as D | undefined,
    server: (server) => server.serverConfig[slot] as S,
  };
}
