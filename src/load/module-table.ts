import { builtInModules, findDirective, findModule, MODULES } from '../../grammar/catalogue/index.ts';
import type { LoadedModule } from './request.ts';

/** The modules that count as loaded at a point of reading. */
export class ModuleTable {
  readonly #loaded: LoadedModule[] = [];
  readonly #names = new Set<string>();
  /** Whether a directive exists, by name in lower case; emptied when a module is added. */
  readonly #provided = new Map<string, boolean>();

  /** The modules compiled into Debian's binary, and with `all` every other one too. */
  static create(all: boolean): ModuleTable {
    const table = new ModuleTable();
    for (const module of all ? MODULES : builtInModules()) {
      table.add({
        identifier: module.identifier,
        source: module.source,
        kind: module.builtIn ? 'static' : 'shared',
      });
    }
    return table;
  }

  static of(modules: readonly LoadedModule[]): ModuleTable {
    const table = new ModuleTable();
    for (const module of modules) table.add(module);
    return table;
  }

  get loaded(): readonly LoadedModule[] {
    return this.#loaded;
  }

  add(module: LoadedModule): void {
    this.#loaded.push(module);
    this.#names.add(module.identifier).add(module.source);
    this.#provided.clear();
  }

  find(identifier: string): LoadedModule | undefined {
    return this.#loaded.find((module) => module.identifier === identifier);
  }

  /** True for the identifier or the source name of a loaded module; case counts. */
  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** Whether a loaded module has this directive or, with its `<`, this section. */
  provides(name: string): boolean {
    const key = name.toLowerCase();
    let provided = this.#provided.get(key);
    if (provided === undefined) {
      provided = findDirective(key).some((entry) => this.#names.has(entry.module.identifier));
      this.#provided.set(key, provided);
    }
    return provided;
  }
}

/** The module that a `LoadModule` line names; its source name is guessed when the catalogue lacks it. */
export function describeModule(identifier: string, path: string): LoadedModule {
  const source =
    findModule(identifier)?.source ?? path.slice(path.lastIndexOf('/') + 1).replace(/\.so$/, '.c');
  return { identifier, source, kind: 'shared', path };
}
