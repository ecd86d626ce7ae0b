import { hasOpenShape, isCatchAll, literalStart, mappingCovers } from './covers.ts';
import type { Mapping } from './model.ts';
import { PrefixTable } from './prefix-table.ts';

/** Mappings of one server in file order, to find the first that covers another one without trying all of them. */
export class MappingTable {
  readonly #prefixes = new PrefixTable<Mapping>();
  readonly #patterns = new Map<string, Mapping>();
  /** Patterns by the text that they start with. */
  readonly #openPatterns = new Map<string, Mapping[]>();
  #catchAll: Mapping | undefined;

  add(mapping: Mapping): void {
    const path = mapping.path?.text;
    if (path === undefined) return;
    if (!mapping.isMatch) this.#prefixes.add(path, mapping);
    else if (!this.#patterns.has(path)) {
      this.#patterns.set(path, mapping);
      if (isCatchAll(path)) this.#catchAll ??= mapping;
      const start = hasOpenShape(path) ? literalStart(path) : undefined;
      if (start === undefined) return;
      const known = this.#openPatterns.get(start);
      if (known) known.push(mapping);
      else this.#openPatterns.set(start, [mapping]);
    }
  }

  /** The first mapping that takes every request of a later one. */
  firstCovering(later: Mapping): Mapping | undefined {
    const path = later.path?.text;
    if (path === undefined) return undefined;
    const literal = later.isMatch ? literalStart(path) : path;
    const candidates = literal === undefined ? [] : this.#prefixes.covering(literal);
    if (this.#catchAll) candidates.push(this.#catchAll);
    const same = later.isMatch ? this.#patterns.get(path) : undefined;
    if (same) candidates.push(same);
    if (!later.isMatch && this.#openPatterns.size > 0) {
      for (let end = 0; end <= path.length; end++)
        candidates.push(...(this.#openPatterns.get(path.slice(0, end)) ?? []));
    }
    return candidates
      .filter((mapping) => mappingCovers(mapping, later))
      .reduce<Mapping | undefined>((a, b) => (a && a.at.order < b.at.order ? a : b), undefined);
  }
}
