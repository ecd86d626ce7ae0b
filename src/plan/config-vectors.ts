import type { BoundRow, BoundScope } from '../bind/bound.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import { slotCount, type ApplyContext, type Module } from '../modules/module.ts';
import { DirConfig } from '../pipeline/dir-config.ts';
import type { Section } from '../pipeline/section.ts';
import { planSection } from './section-plan.ts';

/** Sections of a server, as they are found while its rows are applied; still unsorted. */
export interface ServerSections {
  readonly directory: Section[];
  readonly location: Section[];
  readonly proxy: Section[];
}

/** The configs of one server that is being planned: each made when the first row asks for it. */
export class ServerVectors {
  readonly values: unknown[] = new Array<unknown>(slotCount()).fill(undefined);
  readonly sections: ServerSections = { directory: [], location: [], proxy: [] };
  readonly isVirtual: boolean;

  constructor(isVirtual: boolean) {
    this.isVirtual = isVirtual;
  }

  config(module: Module): unknown {
    return (this.values[module.slot] ??= module.createServerConfig?.(this.isVirtual));
  }
}

export interface ApplyEnvironment {
  readonly modules: ReadonlyMap<string, Module>;
  readonly report: Report;
  readonly inHtaccess: boolean;
}

/** Where rows go: the config of a module for the server, or for the scope. */
export interface ServerTarget {
  config(module: Module): unknown;
  readonly sections: ServerSections | undefined;
}

/**
 * Applies all that stands in a scope, in file order, and gives the scope's per-directory config. Sections of the server
 * (`<Directory>`, `<Location>`, `<Proxy>`) are added to the target's lists on the way.
 */
export function applyScope(scope: BoundScope, target: ServerTarget, env: ApplyEnvironment): DirConfig {
  const values: unknown[] = new Array<unknown>(slotCount()).fill(undefined);
  const files: Section[] = [];
  const ifs: Section[] = [];
  const path = scope.section === 'server' ? undefined : scope.argument;
  const applyContext = (row: BoundRow): ApplyContext => ({
    report: env.report,
    span: row.span,
    scope: scope.scope,
    path,
    isRegexScope: scope.regex !== undefined,
    inHtaccess: env.inHtaccess,
    limit: row.limit,
  });
  for (const item of scope.items) {
    if (item.kind === 'row') {
      applyRow(item, values, path, target, env, applyContext(item));
      continue;
    }
    const section = planSection(item, applyScope(item, target, env));
    switch (section.kind) {
      case 'directory':
      case 'directoryMatch':
        target.sections?.directory.push(section);
        break;
      case 'location':
      case 'locationMatch':
        target.sections?.location.push(section);
        break;
      case 'proxy':
      case 'proxyMatch':
        target.sections?.proxy.push(section);
        break;
      case 'files':
      case 'filesMatch':
        files.push(section);
        break;
      case 'if':
      case 'elseIf':
      case 'else':
        ifs.push(section);
        break;
    }
  }
  const core = env.modules.get('core');
  if (core && hasCoreConfig(scope)) values[core.slot] ??= core.createDirConfig?.(path);
  return new DirConfig(values, files, ifs);
}

/**
 * Whether a section has core's part of a config even where no setting of core stands in it: what core's merge takes back
 * is taken back all the same. `<Proxy>` has it where another section, or `<Limit>`, stands in it.
 *
 * @source httpd server/core.c `dirsection` and its like, modules/proxy/mod_proxy.c `proxysection`
 */
function hasCoreConfig({ section, items }: BoundScope): boolean {
  if (section === 'server' || section === 'htaccess') return false;
  if (section !== 'proxy' && section !== 'proxyMatch') return true;
  return items.some((item) => item.kind === 'scope' || item.limit !== undefined);
}

function applyRow(
  row: BoundRow,
  values: unknown[],
  path: string | undefined,
  target: ServerTarget,
  env: ApplyEnvironment,
  ctx: ApplyContext,
): void {
  const module = env.modules.get(row.module);
  const definition = module?.directives[row.directive];
  if (!module || !definition) throw new Error(`a row of ${row.directive} without its module`);
  const into = {
    get server() {
      return target.config(module);
    },
    get dir() {
      return (values[module.slot] ??= module.createDirConfig?.(path));
    },
  };
  if ('apply' in definition) definition.apply(into, row.value, ctx);
  else if ('bindSection' in definition) {
    if (row.part === 'open') definition.open(into, row.value, ctx);
    else definition.close(into, row.value, ctx);
  } else if ('structural' in definition) definition.opening?.apply(into, row.value, ctx);
}
