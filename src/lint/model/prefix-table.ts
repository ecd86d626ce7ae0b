import { squeezed } from './covers.ts';

/** The prefixes that cover a path, as `prefixCovers` has it, the path itself among them. */
export function prefixesOf(path: string): string[] {
  const to = squeezed(path);
  const found = new Set([to]);
  for (let slash = to.indexOf('/'); slash >= 0; slash = to.indexOf('/', slash + 1))
    found.add(to.slice(0, slash)).add(to.slice(0, slash + 1));
  return [...found];
}

/** Values by prefix: finding the first that covers a path costs as much as the path has segments. */
export class PrefixTable<T> {
  readonly #byPrefix = new Map<string, { readonly order: number; readonly value: T }>();
  #count = 0;

  /** An earlier value of the same prefix stays. */
  add(prefix: string, value: T): void {
    const key = squeezed(prefix);
    if (!this.#byPrefix.has(key)) this.#byPrefix.set(key, { order: this.#count, value });
    this.#count++;
  }

  /** The first value of each prefix that covers a path, those that were added earlier first. */
  covering(path: string): T[] {
    return prefixesOf(path)
      .flatMap((prefix) => this.#byPrefix.get(prefix) ?? [])
      .sort((a, b) => a.order - b.order)
      .map(({ value }) => value);
  }
}
