import { bindConfig } from '../../bind/bind.ts';
import type { BoundConfig } from '../../bind/bound.ts';
import type { LoadResult } from '../../load/request.ts';
import type { FpmPool, PhpSettings } from '../information.ts';
import { groupBy } from './group-by.ts';
import { readHandlers } from './handlers.ts';
import type { LintModel } from './model.ts';
import { placeNodes } from './place.ts';
import {
  buildBalancers,
  buildWorkers,
  longestCovering,
  readMappings,
  readWorkerLines,
  WorkerTable,
} from './workers.ts';

/** What is known besides the configuration itself. */
export interface ModelInformation {
  readonly kind: LintModel['kind'];
  readonly target: LintModel['target'];
  readonly root: string | undefined;
  readonly pools: readonly FpmPool[] | undefined;
  readonly php: PhpSettings | undefined;
  /** Modules given by the settings; undefined: LoadModule lines decide, and without any the set is not known. */
  readonly modules: readonly string[] | undefined;
}

/** The model that all rules share, for a loaded configuration. */
export function buildModel(
  loaded: LoadResult,
  bound: BoundConfig | undefined,
  information: ModelInformation,
): LintModel {
  const rows = bound ?? bindConfig(loaded, { mayTouchDisk: false });
  const placed = placeNodes(loaded.tree);
  const mappings = readMappings(placed);
  const workerLines = readWorkerLines(placed, mappings);
  const table = new WorkerTable();
  const workers = buildWorkers(workerLines, table);
  const balancers = buildBalancers(workerLines, workers);
  const balancersByServer = new Map(
    [...groupBy(balancers, ({ server }) => server)].map(([server, own]) => [
      server,
      new Map(own.map((balancer) => [balancer.name, balancer])),
    ]),
  );
  const byName = groupBy(placed.directives, (directive) => directive.name.toLowerCase());
  const sectionsByName = groupBy(placed.sections, (section) => section.name);
  const main = placed.servers[0]!;
  const modules = knownModules(loaded, information.modules);
  return {
    loaded,
    bound: rows,
    ...placed,
    named: (name) => byName.get(name.toLowerCase()) ?? [],
    sectionsNamed: (name) => sectionsByName.get(name.toLowerCase()) ?? [],
    mappings,
    workers,
    balancers,
    handlers: readHandlers(placed),
    workerLines,
    workerFor: (url, server) =>
      longestCovering(
        [
          ...table.candidates(server, undefined, url),
          ...(server === main ? [] : table.candidates(main, undefined, url)),
        ],
        url,
      ),
    balancer: (name, server) =>
      balancersByServer.get(server)?.get(name) ?? balancersByServer.get(main)?.get(name),
    uses: rows.uses,
    diagnostics: rows.diagnostics,
    hasModule: (name) => modules && modules.has(name),
    isComplete: !loaded.isIncomplete,
    target: information.target,
    kind: information.kind,
    root: information.root,
    pools: information.pools,
    php: information.php,
  };
}

/** Every name that a loaded module goes by; undefined when nothing says which are loaded. */
function knownModules(
  loaded: LoadResult,
  given: readonly string[] | undefined,
): ReadonlySet<string> | undefined {
  if (!loaded.hasLoadModule && !given) return undefined;
  const names = new Set<string>();
  for (const { identifier, source } of loaded.hasLoadModule ? loaded.modules : [])
    addNames(names, identifier, source);
  for (const name of given ?? []) {
    const short = name.replace(/^mod_/, '').replace(/(_module|\.c)$/, '');
    addNames(names, `${short}_module`, `mod_${short}.c`);
  }
  return names;
}

function addNames(names: Set<string>, identifier: string, source: string): void {
  names
    .add(identifier)
    .add(identifier.replace(/_module$/, ''))
    .add(source)
    .add(source.replace(/\.c$/, ''));
}
