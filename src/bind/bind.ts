import { directiveNames, findDirective, type CatalogueEntry } from '../../grammar/catalogue/index.ts';
import { diagnostic } from '../diagnostics/codes.ts';
import { suggestNames } from '../diagnostics/suggest.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { LoadResult } from '../load/request.ts';
import { MODULES } from '../modules/index.ts';
import type { DirectiveDefinition, Module, ScopeKind } from '../modules/module.ts';
import { OVERRIDE_BITS } from '../modules/core/overrides.ts';
import type { HtaccessOverrides } from '../pipeline/server.ts';
import type { Span } from '../source/source.ts';
import { checkShape } from '../syntax/arg-shape.ts';
import type { ConfigNode, DirectiveNode, SectionNode } from '../syntax/tree.ts';
import type { BoundConfig, BoundRow, BoundScope, BoundServer, DirectiveUse } from './bound.ts';
import type { MethodLimit } from '../modules/method-limit.ts';
import { ScopeContext, type BindEnvironment } from './context.ts';
import { refuseExtraArguments, SCOPE_SECTIONS } from './sections.ts';
import { bindVirtualHostAddresses } from './virtual-host.ts';

export interface BindOptions {
  /** Look at the disk where `apache2 -t` does (DocumentRoot and the like). */
  readonly mayTouchDisk: boolean;
}

const MODULES_BY_NAME: ReadonlyMap<string, Module> = new Map(MODULES.map((module) => [module.name, module]));

/** Sections that hold what `AllowOverride AuthConfig` admits, and what only a directory may have. */
const PROVIDER_ALIAS = /^auth[nz]provideralias$/i;

/** Every line of a loaded configuration as a typed row, with all that is wrong with it. */
export function bindConfig(loaded: LoadResult, options: BindOptions): BoundConfig {
  const diagnostics: Diagnostic[] = [];
  const loadedSources = new Set(loaded.modules.map((module) => module.source));
  const binder = new Binder(
    {
      report: (found) => diagnostics.push(found),
      serverRoot: loaded.serverRoot,
      mayTouchDisk: options.mayTouchDisk,
      hasModule: moduleLookup(loaded.modules),
      allowedOptions: undefined,
    },
    (entry) => loadedSources.has(entry.module.source),
    undefined,
  );
  const vhosts: BoundServer[] = [];
  const main = binder.server(loaded.tree, vhosts);
  return {
    main,
    vhosts,
    diagnostics: [...loaded.diagnostics, ...diagnostics],
    uses: binder.uses,
    sources: loaded.sources,
    serverRoot: loaded.serverRoot,
    runtimeDir: loaded.runtimeDir,
    modules: MODULES.filter((module) => isLoaded(module, loaded)).map((module) => module.name),
  };
}

/** The rows of an `.htaccess`, with all that is wrong with it under the overrides in force. */
export function bindHtaccess(
  tree: readonly ConfigNode[],
  span: Span,
  directory: string,
  overrides: HtaccessOverrides,
  running: Pick<LoadResult, 'modules' | 'serverRoot'>,
): {
  readonly scope: BoundScope;
  readonly diagnostics: readonly Diagnostic[];
  readonly uses: readonly DirectiveUse[];
} {
  const diagnostics: Diagnostic[] = [];
  const loadedSources = new Set(running.modules.map((module) => module.source));
  const binder = new Binder(
    {
      report: (found) => diagnostics.push(found),
      serverRoot: running.serverRoot,
      mayTouchDisk: true,
      hasModule: moduleLookup(running.modules),
      allowedOptions: overrides.options,
    },
    (entry) => loadedSources.has(entry.module.source),
    overrides,
  );
  return { scope: binder.htaccess(tree, span, directory), diagnostics, uses: binder.uses };
}

function isLoaded(module: Module, loaded: LoadResult): boolean {
  return loaded.modules.some((candidate) => candidate.identifier === module.identifier);
}

/** Any of `rewrite`, `rewrite_module`, `mod_rewrite` and `mod_rewrite.c` names the module. */
function moduleLookup(modules: LoadResult['modules']): (name: string) => boolean {
  const names = new Set<string>();
  for (const { identifier, source } of modules) {
    names
      .add(identifier)
      .add(identifier.replace(/_module$/, ''))
      .add(source)
      .add(source.replace(/\.c$/, ''));
  }
  return (name) => names.has(name);
}

type Place = 'server' | 'directory' | 'htaccess';

/** Binds one configuration; keeps what is found on the way. */
class Binder {
  readonly uses: DirectiveUse[] = [];
  readonly #env: BindEnvironment;
  readonly #isLoaded: (entry: CatalogueEntry) => boolean;
  readonly #overrides: HtaccessOverrides | undefined;

  constructor(
    env: BindEnvironment,
    isLoadedEntry: (entry: CatalogueEntry) => boolean,
    overrides: HtaccessOverrides | undefined,
  ) {
    this.#env = env;
    this.#isLoaded = isLoadedEntry;
    this.#overrides = overrides;
  }

  server(tree: readonly ConfigNode[], vhosts: BoundServer[]): BoundServer {
    const ctx = new ScopeContext(this.#env, [{ kind: 'server', path: undefined }], false);
    const first = tree[0]?.span ?? { file: 0, start: 0, end: 0 };
    const items = this.#items(ctx, tree, [], vhosts);
    const root: BoundScope = {
      kind: 'scope',
      section: 'server',
      scope: 'server',
      argument: '',
      span: first,
      items,
    };
    return { addresses: [], root, span: undefined };
  }

  htaccess(tree: readonly ConfigNode[], span: Span, directory: string): BoundScope {
    const ctx = new ScopeContext(this.#env, [{ kind: 'htaccess', path: directory }], false);
    return {
      kind: 'scope',
      section: 'htaccess',
      scope: 'htaccess',
      argument: directory,
      span,
      items: this.#items(ctx, tree, [], undefined),
    };
  }

  /** @param inline sections around these nodes that are no scopes (`<Limit>`, `<RequireAll>`), innermost last */
  #items(
    ctx: ScopeContext,
    nodes: readonly ConfigNode[],
    inline: readonly SectionNode[],
    vhosts: BoundServer[] | undefined,
    limit?: MethodLimit,
  ): (BoundRow | BoundScope)[] {
    const items: (BoundRow | BoundScope)[] = [];
    let chain: 'none' | 'open' = 'none';
    for (const node of nodes) {
      if (node.kind === 'directive') {
        const row = this.#directive(ctx, node, inline, limit);
        if (row) items.push(row);
        continue;
      }
      const lower = node.name.text.toLowerCase();
      if ((lower === 'elseif' || lower === 'else') && chain === 'none') {
        // httpd looks at what is inside first
        this.#section(ctx, node, inline, vhosts, limit);
        ctx.error(node, '<Else> or <ElseIf> section without previous <If> or <ElseIf> section in same scope');
        continue;
      }
      if (lower === 'if' || lower === 'elseif') chain = 'open';
      else if (lower === 'else') chain = 'none';
      items.push(...this.#section(ctx, node, inline, vhosts, limit));
    }
    return items;
  }

  #directive(
    ctx: ScopeContext,
    node: DirectiveNode,
    inline: readonly SectionNode[],
    limit: MethodLimit | undefined,
  ): BoundRow | undefined {
    const found = this.#find(ctx, node.name.text.toLowerCase(), node, inline);
    if (!found) return undefined;
    const { entry, definition } = found;
    const misfit = checkShape(entry.row, node);
    if (misfit) {
      this.#env.report(misfit);
      return undefined;
    }
    this.#use(entry, definition, node);
    if (!definition || 'structural' in definition || 'bindSection' in definition) return undefined;
    const value: unknown = definition.bind?.(ctx, node);
    if (value === undefined || !('apply' in definition)) return undefined;
    return this.#row(entry, value, node.span, limit);
  }

  #row(
    entry: CatalogueEntry,
    value: unknown,
    span: Span,
    limit: MethodLimit | undefined,
    part?: BoundRow['part'],
  ): BoundRow {
    return {
      kind: 'row',
      module: entry.module.module,
      directive: entry.row.name,
      value,
      span,
      ...(limit && { limit }),
      ...(part && { part }),
    };
  }

  #section(
    ctx: ScopeContext,
    node: SectionNode,
    inline: readonly SectionNode[],
    vhosts: BoundServer[] | undefined,
    limit: MethodLimit | undefined,
  ): (BoundRow | BoundScope)[] {
    const lower = node.name.text.toLowerCase();
    const found = this.#find(ctx, `<${lower}`, node, inline);
    if (!found) return [];
    if (!node.hasBracket && node.argsText !== '') {
      this.#env.report(
        diagnostic(
          'syntax/missing-bracket',
          `<${node.name.text}> directive missing closing '>'`,
          node.name.span,
        ),
      );
      return [];
    }
    const { entry, definition } = found;
    this.#use(entry, definition, node);
    if (lower === 'virtualhost') return this.#virtualHost(ctx, node, vhosts);
    if (definition && 'bindSection' in definition)
      return this.#inlineSection(ctx, node, inline, entry, definition, limit);
    const head = SCOPE_SECTIONS.get(lower)?.(ctx, node);
    if (!head) {
      if (!SCOPE_SECTIONS.has(lower)) this.#unservedSection(ctx, node, definition);
      return [];
    }
    const inner = ctx.within(head.scope, head.argument, head.regex !== undefined);
    const items = this.#items(inner, node.children, [], undefined);
    refuseExtraArguments(ctx, node);
    const scope: BoundScope = { kind: 'scope', ...head, span: node.span, items };
    const opening = definition && 'structural' in definition ? definition.opening : undefined;
    const value = opening?.bind(inner, node);
    return value === undefined ? [scope] : [scope, this.#row(entry, value, node.span, undefined, 'opening')];
  }

  /** A section of a module that is not served: its lines are checked, but nothing comes of them. */
  #unservedSection(
    ctx: ScopeContext,
    node: SectionNode,
    definition: DirectiveDefinition<unknown, unknown> | undefined,
  ): void {
    if (PROVIDER_ALIAS.test(node.name.text)) this.#items(ctx, node.children, [node], undefined);
    else this.#items(ctx.within('directory', node.args[0]?.text ?? '', false), node.children, [], undefined);
    if (definition && 'bind' in definition && definition.bind)
      definition.bind(ctx, { ...node, kind: 'directive' });
  }

  #virtualHost(ctx: ScopeContext, node: SectionNode, vhosts: BoundServer[] | undefined): [] {
    if (!vhosts || ctx.scope !== 'server') {
      ctx.error(node, '<VirtualHost> cannot occur within <VirtualHost> section');
      return [];
    }
    const addresses = bindVirtualHostAddresses(ctx, node);
    const inner = ctx.within('vhost', undefined, false);
    const items = this.#items(inner, node.children, [], undefined);
    if (!addresses) return [];
    const root: BoundScope = {
      kind: 'scope',
      section: 'server',
      scope: 'vhost',
      argument: '',
      span: node.span,
      items,
    };
    vhosts.push({ addresses, root, span: node.span });
    return [];
  }

  #inlineSection(
    ctx: ScopeContext,
    node: SectionNode,
    inline: readonly SectionNode[],
    entry: CatalogueEntry,
    definition: Extract<DirectiveDefinition<unknown, unknown>, { bindSection: unknown }>,
    limit: MethodLimit | undefined,
  ): (BoundRow | BoundScope)[] {
    const value: unknown = definition.bindSection(ctx, node);
    const inner = value === undefined ? limit : methodLimit(node, value, limit);
    if (inner === 'empty' || inner === 'same') {
      const what = inner === 'empty' ? 'excludes all methods' : 'specifies methods already excluded';
      ctx.error(node, `<${node.name.text}> directive ${what}`);
      return [];
    }
    const items = this.#items(ctx.inside(node.name.text), node.children, [...inline, node], undefined, inner);
    if (value === undefined) return [];
    return [
      this.#row(entry, value, node.span, limit, 'open'),
      ...items,
      this.#row(entry, value, node.close ?? node.span, limit, 'close'),
    ];
  }

  /** The row and definition of a name among the loaded modules, if it may stand here; else reports why not. */
  #find(ctx: ScopeContext, lower: string, node: DirectiveNode | SectionNode, inline: readonly SectionNode[]) {
    const entry = findDirective(lower).find((candidate) => this.#isLoaded(candidate));
    if (!entry) {
      this.#unknown(ctx, lower, node);
      return undefined;
    }
    const place = placeOf(ctx.scopes.map((scope) => scope.kind));
    const isAmongRequirements = inline.some((section) => /^require/i.test(section.name.text));
    const isInAlias = inline.some((section) => PROVIDER_ALIAS.test(section.name.text));
    const { override, directory } = entry.row;
    const mayStand =
      isAmongRequirements || isInAlias
        ? override.includes('AuthConfig') || (isInAlias && directory && override.length === 0)
        : this.#mayStand(entry, place, node) ||
          (/^SSLProxy/.test(entry.row.name) && ctx.scopes.some(({ kind }) => kind === 'proxy'));
    if (!mayStand) {
      this.#notAllowed(ctx, entry, place, node, inline);
      return undefined;
    }
    const definition = MODULES_BY_NAME.get(entry.module.module)?.directives[entry.row.name];
    return { entry, definition };
  }

  #mayStand(entry: CatalogueEntry, place: Place, node: DirectiveNode | SectionNode): boolean {
    const { row } = entry;
    switch (place) {
      case 'server':
        return row.server;
      case 'directory':
        return row.directory;
      case 'htaccess': {
        const classes = row.override.reduce((bits, name) => bits | OVERRIDE_BITS[name], 0);
        return (
          (classes & (this.#overrides?.classes ?? 0)) !== 0 ||
          this.#overrides?.list?.has(node.name.text.toLowerCase()) === true
        );
      }
    }
  }

  #notAllowed(
    ctx: ScopeContext,
    entry: CatalogueEntry,
    place: Place,
    node: DirectiveNode | SectionNode,
    inline: readonly SectionNode[],
  ): void {
    const container = inline.at(-1)?.name.text ?? containerName(ctx);
    const where = container === undefined ? 'here' : `in <${container}> context`;
    const message = `${entry.row.name} not allowed ${where}`;
    if (place === 'htaccess' && this.#overrides?.nonfatalOverride) {
      ctx.warn(node, message, 'the line is ignored, by AllowOverride Nonfatal=Override');
      return;
    }
    this.#env.report(diagnostic('bind/not-allowed-here', message, node.name.span, { help: placesOf(entry) }));
  }

  #unknown(ctx: ScopeContext, lower: string, node: DirectiveNode | SectionNode): void {
    const written = node.kind === 'section' ? `<${node.name.text}` : node.name.text;
    const message = `Invalid command '${written}', perhaps misspelled or defined by a module not included in the server configuration`;
    if (this.#overrides?.nonfatalUnknown && ctx.inHtaccess) {
      ctx.warn(node, message, 'the line is ignored, by AllowOverride Nonfatal=Unknown');
      return;
    }
    this.#env.report(
      diagnostic('bind/unknown-directive', message, node.name.span, { help: this.#unknownHelp(lower) }),
    );
  }

  #unknownHelp(lower: string): string {
    const [absent] = findDirective(lower);
    if (absent) return `it belongs to ${absent.module.source}: load ${absent.module.identifier}`;
    const near = suggestNames(lower, directiveNames());
    return near.length === 0
      ? 'no module of httpd 2.4 has such a directive'
      : `did you mean ${near.join(', ')}?`;
  }

  /** Notes a line of which not everything comes; what is served is the many, and needs no note. */
  #use(
    entry: CatalogueEntry,
    definition: DirectiveDefinition<unknown, unknown> | undefined,
    node: DirectiveNode | SectionNode,
  ): void {
    const { row, module } = entry;
    const note = (
      service: DirectiveUse['service'],
      text: string,
      isSecurity = false,
      directive: string = row.name,
    ): void => {
      this.uses.push({
        directive,
        module: module.module,
        span: node.name.span,
        service,
        note: text,
        isSecurity,
      });
    };
    if (!definition) note('not served', 'the gateway does not know this module');
    else if ('accepted' in definition) note('accepted', definition.accepted);
    else if ('apply' in definition) {
      const part = node.kind === 'directive' ? definition.unserved?.(node, this.#env.hasModule) : undefined;
      if (part !== undefined) note('not served', part.note, false, part.what);
    } else if ('notServed' in definition) {
      const { security } = definition;
      if (definition.matters?.(node) === false) note('accepted', 'this line changes nothing');
      else
        note(
          'not served',
          definition.notServed,
          typeof security === 'function' ? security(node) : security === true,
        );
    }
  }
}

/** Which override mask is in force: sections below `.htaccess` keep its mask, those below a server have their own. */
function placeOf(kinds: readonly ScopeKind[]): Place {
  if (kinds.includes('htaccess')) return 'htaccess';
  return kinds.some((kind) => kind !== 'server' && kind !== 'vhost') ? 'directory' : 'server';
}

const CONTAINERS: Partial<Record<ScopeKind, string>> = {
  vhost: 'VirtualHost',
  directory: 'Directory',
  location: 'Location',
  files: 'Files',
  if: 'If',
  proxy: 'Proxy',
};

function containerName(ctx: ScopeContext): string | undefined {
  return CONTAINERS[ctx.scope];
}

function placesOf(entry: CatalogueEntry): string {
  const { row } = entry;
  const places = [
    ...(row.server ? ['server config', 'virtual host'] : []),
    ...(row.directory ? ['directory sections'] : []),
    ...(row.override.length > 0 ? [`.htaccess with AllowOverride ${row.override.join(' or ')}`] : []),
  ];
  return `allowed in: ${places.join(', ')}`;
}

/** Methods in force inside a `<Limit>` or `<LimitExcept>`; other inline sections keep what was in force. */
function methodLimit(
  node: SectionNode,
  value: unknown,
  outer: MethodLimit | undefined,
): MethodLimit | 'empty' | 'same' | undefined {
  const lower = node.name.text.toLowerCase();
  if (lower !== 'limit' && lower !== 'limitexcept') return outer;
  // one bit of httpd's stands for both
  const methods = (value as readonly string[]).map((method) => (method === 'HEAD' ? 'GET' : method));
  const own: MethodLimit = lower === 'limit' ? { only: methods } : { except: methods };
  if (!outer) return own;
  if ('only' in outer) {
    const kept = outer.only.filter((method) =>
      'only' in own ? own.only.includes(method) : !own.except.includes(method),
    );
    if (kept.length === 0) return 'empty';
    return new Set(kept).size === new Set(outer.only).size ? 'same' : { only: kept };
  }
  if ('only' in own) {
    const kept = own.only.filter((method) => !outer.except.includes(method));
    return kept.length === 0 ? 'empty' : { only: kept };
  }
  const except = new Set([...outer.except, ...own.except]);
  return except.size === new Set(outer.except).size ? 'same' : { except: [...except] };
}
