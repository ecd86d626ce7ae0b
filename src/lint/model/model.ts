import type { BoundConfig, DirectiveUse } from '../../bind/bound.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { LoadResult } from '../../load/request.ts';
import type { Span } from '../../source/source.ts';
import type { DirectiveNode, SectionNode, Word } from '../../syntax/tree.ts';
import type { FpmPool, PhpSettings } from '../information.ts';

/** A text that may hold what is only known later: an undefined `${VAR}`, an expression, a back-reference. */
export interface MaybeKnown {
  readonly text: string;
  /** False: comparisons with it are "unknown", never "mismatch". */
  readonly isKnown: boolean;
}

/** A section around a line. */
export interface EnclosingSection {
  /** Lower case: `directory`, `filesmatch`, `if`, `requireall`, `virtualhost`. */
  readonly name: string;
  readonly node: SectionNode;
}

/** A directive with the place it stands in. */
export interface PlacedDirective {
  readonly kind: 'directive';
  /** Canonical name from the catalogue, or as written when unknown. */
  readonly name: string;
  readonly node: DirectiveNode;
  /** Outermost first. */
  readonly sections: readonly EnclosingSection[];
  readonly server: ModelServer;
  /** In walk order, over all files: a smaller one takes effect earlier. */
  readonly order: number;
}

export interface PlacedSection {
  readonly kind: 'section';
  readonly name: string;
  readonly node: SectionNode;
  readonly sections: readonly EnclosingSection[];
  readonly server: ModelServer;
  readonly order: number;
}

/** The main server or a virtual host. */
export interface ModelServer {
  readonly isMain: boolean;
  readonly node: SectionNode | undefined;
  readonly addresses: readonly string[];
  readonly name: string | undefined;
  readonly aliases: readonly string[];
}

/** A backend URL taken apart as mod_proxy does. */
export interface BackendUrl {
  readonly text: string;
  /** Lower case, without colon; '' when there is none. */
  readonly scheme: string;
  /** Lower case; '' when empty. */
  readonly host: string;
  /** As written or the scheme's default. */
  readonly port: number | undefined;
  readonly hasPort: boolean;
  /** From the first slash after the authority, or ''. */
  readonly path: string;
  /** Socket path of `unix:…|`. */
  readonly socket: string | undefined;
  /** Normalised worker name: scheme and host in lower case, default port removed. */
  readonly workerName: string;
  /** No undefined variable, back-reference or expression in it. */
  readonly isKnown: boolean;
  /** A `$n` or `%{…}` stands in the authority. */
  readonly hasDynamicAuthority: boolean;
}

export interface Parameter {
  /** Lower case. */
  readonly key: string;
  readonly value: string;
  readonly span: Span;
}

/** A line that names a worker: ProxyPass, ProxyPassMatch, BalancerMember, `<Proxy url …>`, ProxySet. */
export interface WorkerLine {
  readonly by: 'ProxyPass' | 'ProxyPassMatch' | 'BalancerMember' | 'Proxy' | 'ProxySet';
  readonly url: BackendUrl;
  readonly urlWord: Word;
  readonly parameters: readonly Parameter[];
  readonly at: PlacedDirective | PlacedSection;
  /** For members and balancer lines: lower-case balancer name, `balancer://c`. */
  readonly balancer: string | undefined;
}

/** A worker with all lines that made it or change it; the first line owns it. */
export interface ModelWorker {
  readonly name: string;
  readonly server: ModelServer;
  readonly url: BackendUrl;
  readonly lines: readonly WorkerLine[];
  /** The balancer it is a member of. */
  readonly balancer: string | undefined;
  /** The value of a parameter after all lines, as httpd applies them (first ProxyPass owns, ProxySet overwrites). */
  parameter(key: string): Parameter | undefined;
}

export interface ModelBalancer {
  /** `balancer://name`, lower case. */
  readonly name: string;
  readonly server: ModelServer;
  readonly members: readonly ModelWorker[];
  readonly lines: readonly WorkerLine[];
  parameter(key: string): Parameter | undefined;
}

/** One ProxyPass or ProxyPassMatch as a mapping. */
export interface Mapping {
  readonly at: PlacedDirective;
  readonly isMatch: boolean;
  /** Prefix or pattern; for one in a Location, that section's argument. */
  readonly path: Word | undefined;
  readonly isExclusion: boolean;
  readonly target: WorkerLine | undefined;
  /** The Location section it stands in. */
  readonly location: SectionNode | undefined;
  readonly keywords: ReadonlySet<string>;
}

/** What sends files or URLs to a handler. */
export interface HandlerLine {
  readonly by: 'SetHandler' | 'AddHandler' | 'RewriteRule' | 'Action';
  /** The handler's name or URL as written. */
  readonly handler: MaybeKnown;
  readonly word: Word;
  /** For `proxy:` handlers and `[P]`. */
  readonly url: BackendUrl | undefined;
  readonly at: PlacedDirective;
}

/** Everything that rules share, worked out once for a configuration. */
export interface LintModel {
  readonly loaded: LoadResult;
  readonly bound: BoundConfig;
  readonly servers: readonly ModelServer[];
  /** All directives in walk order; conditionals decided, includes and macros in place. */
  readonly directives: readonly PlacedDirective[];
  readonly sections: readonly PlacedSection[];
  /** Directives of a name (any case). */
  named(name: string): readonly PlacedDirective[];
  sectionsNamed(name: string): readonly PlacedSection[];
  readonly mappings: readonly Mapping[];
  readonly workers: readonly ModelWorker[];
  readonly balancers: readonly ModelBalancer[];
  readonly handlers: readonly HandlerLine[];
  readonly workerLines: readonly WorkerLine[];
  /** The worker that serves a URL in a server: longest prefix, the server's own and the main server's. */
  workerFor(url: BackendUrl, server: ModelServer): ModelWorker | undefined;
  balancer(name: string, server: ModelServer): ModelBalancer | undefined;
  readonly uses: readonly DirectiveUse[];
  /** Parse and bind diagnostics: rules about them speak in their own words and replace them. */
  readonly diagnostics: readonly Diagnostic[];
  /** `rewrite`, `rewrite_module` or `mod_rewrite.c`; undefined: the module set is not known. */
  hasModule(name: string): boolean | undefined;
  /** The whole configuration was read; else rules about absence lower their severity by one. */
  readonly isComplete: boolean;
  /** `2.4.58` as numbers. */
  readonly target: readonly [number, number, number];
  /** This is an `.htaccess`, or a fragment without a server of its own. */
  readonly kind: 'root' | 'fragment' | 'htaccess';
  /** Root of the target's file system (`--root`); undefined: files are unknown. */
  readonly root: string | undefined;
  readonly pools: readonly FpmPool[] | undefined;
  readonly php: PhpSettings | undefined;
}
