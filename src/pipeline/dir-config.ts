import type { HooksByPhase } from './phases.ts';
import type { Section } from './section.ts';

/** How to merge the per-directory config of one slot; undefined: the added one replaces. */
export type DirMerge = (base: unknown, add: unknown) => unknown;

/**
 * The per-directory config of all modules, by slot, with the sections that it brings along (`<Files>` and `<If>`
 * live in the config of the section they stand in). Merging the same two configs again gives the same object, so a
 * set of matching sections is merged once, not once for each request.
 *
 * @source httpd server/config.c `ap_merge_per_dir_configs`, server/core.c `merge_core_dir_configs`
 */
export class DirConfig {
  /** undefined: the module has nothing to say here. */
  readonly values: readonly unknown[];
  readonly files: readonly Section[];
  readonly ifs: readonly Section[];
  /**
   * What is left of the plan's hooks under this config, once a request came under it. A request's config lies over the
   * defaults of its server, so that each has one server.
   */
  hooks: HooksByPhase | undefined;
  readonly #merged = new WeakMap<DirConfig, DirConfig>();

  constructor(values: readonly unknown[], files: readonly Section[], ifs: readonly Section[]) {
    this.values = values;
    this.files = files;
    this.ifs = ifs;
  }

  /** This config with `add` laid over it. */
  mergeWith(add: DirConfig, merges: readonly (DirMerge | undefined)[]): DirConfig {
    const known = this.#merged.get(add);
    if (known) return known;
    const values: unknown[] = [];
    for (let slot = 0; slot < this.values.length; slot++) {
      const base = this.values[slot];
      const added = add.values[slot];
      if (added === undefined) values.push(base);
      else if (base === undefined) values.push(added);
      else values.push(merges[slot]?.(base, added) ?? added);
    }
    const merged = new DirConfig(values, joined(this.files, add.files), joined(this.ifs, add.ifs));
    this.#merged.set(add, merged);
    return merged;
  }
}

function joined<T>(base: readonly T[], add: readonly T[]): readonly T[] {
  if (add.length === 0) return base;
  return base.length === 0 ? add : [...base, ...add];
}
