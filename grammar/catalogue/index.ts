import { MODULES } from './modules.ts';
import type { CatalogueRow, ModuleCatalogue } from './types.ts';

export { MODULES } from './modules.ts';
export type * from './types.ts';

/** A command row together with the module that has it. */
export interface CatalogueEntry {
  readonly module: ModuleCatalogue;
  readonly row: CatalogueRow;
}

const NONE: readonly CatalogueEntry[] = [];
let entriesByName: ReadonlyMap<string, readonly CatalogueEntry[]> | undefined;
let modulesByName: ReadonlyMap<string, ModuleCatalogue> | undefined;

/**
 * All rows of that name, one for each module that has it (`Listen` is in each MPM); empty when no module does.
 *
 * @param nameLowerCase in lower case; sections with their `<`, as in `<directory`
 */
export function findDirective(nameLowerCase: string): readonly CatalogueEntry[] {
  entriesByName ??= indexDirectives();
  return entriesByName.get(nameLowerCase) ?? NONE;
}

/** Canonical names of every directive and section of every module, without duplicates. */
export function directiveNames(): string[] {
  return [...new Set(MODULES.flatMap((module) => Object.keys(module.directives)))];
}

/** The module with this identifier (`alias_module`) or source name (`mod_alias.c`); case counts, as in httpd. */
export function findModule(name: string): ModuleCatalogue | undefined {
  modulesByName ??= new Map(
    MODULES.flatMap((module) => [
      [module.identifier, module],
      [module.source, module],
    ]),
  );
  return modulesByName.get(name);
}

/** What `apache2 -l` lists: the modules compiled into Debian's binary. */
export function builtInModules(): ModuleCatalogue[] {
  return MODULES.filter((module) => module.builtIn);
}

function indexDirectives(): Map<string, CatalogueEntry[]> {
  const index = new Map<string, CatalogueEntry[]>();
  for (const module of MODULES) {
    for (const row of Object.values(module.directives)) {
      const key = row.name.toLowerCase();
      const entries = index.get(key);
      if (entries === undefined) index.set(key, [{ module, row }]);
      else entries.push({ module, row });
    }
  }
  return index;
}
