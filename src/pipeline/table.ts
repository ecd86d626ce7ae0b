import { remembering } from '../source/remembering.ts';

/**
 * How many entries are searched one by one. An index is for the odd request with very many: the tables that a growing
 * `Map` leaves behind outlive the request in V8's old generation, and tripled the cost of garbage collection.
 */
const INDEX_ABOVE = 64;

/** Lower case of a name; most that are asked for are constants of ours. */
const lowerCase = remembering({ most: 2000, longest: 64 }, (name) => name.toLowerCase());

/**
 * An ordered list of named strings with case-insensitive names: request and response headers, and the request
 * environment. Names may repeat (`add`); `set` keeps the place and the spelling of the first writer.
 *
 * @source httpd apr_tables.c, whose order of entries is visible in FastCGI parameters
 */
export class Table {
  /** Parallel arrays; read them, but change them through the methods only. */
  readonly names: string[] = [];
  readonly values: string[] = [];
  readonly lowerNames: string[] = [];
  #index: Map<string, number> | undefined;

  get size(): number {
    return this.names.length;
  }

  /** Place of the first entry of that name, or -1. `lower` must be lower case. */
  indexOf(lower: string): number {
    const lowerNames = this.lowerNames;
    if (lowerNames.length <= INDEX_ABOVE) return lowerNames.indexOf(lower);
    if (!this.#index) {
      this.#index = new Map();
      for (let i = lowerNames.length - 1; i >= 0; i--) this.#index.set(lowerNames[i]!, i);
    }
    return this.#index.get(lower) ?? -1;
  }

  /** Value of the first entry of that name. */
  get(name: string): string | undefined {
    const at = this.indexOf(lowerCase(name));
    return at < 0 ? undefined : this.values[at];
  }

  has(name: string): boolean {
    return this.indexOf(lowerCase(name)) >= 0;
  }

  /** All values of that name, in order. */
  getAll(name: string): string[] {
    const lower = lowerCase(name);
    const found: string[] = [];
    for (let i = 0; i < this.lowerNames.length; i++) {
      if (this.lowerNames[i] === lower) found.push(this.values[i]!);
    }
    return found;
  }

  /** Replaces the value in place (further entries of that name go), or appends. */
  set(name: string, value: string): void {
    const lower = lowerCase(name);
    const at = this.indexOf(lower);
    if (at < 0) {
      this.#append(name, lower, value);
      return;
    }
    this.values[at] = value;
    this.#removeFrom(lower, at + 1);
  }

  /** Appends an entry, whether or not the name is there. */
  add(name: string, value: string): void {
    this.#append(name, lowerCase(name), value);
  }

  /** `merge` for a caller that has the lower-case name at hand. */
  mergeLower(name: string, lower: string, value: string): void {
    const at = this.indexOf(lower);
    if (at < 0) this.#append(name, lower, value);
    else this.values[at] = `${this.values[at]!}, ${value}`;
  }

  /** Joins the value to the first entry of that name with `, `, or appends. */
  merge(name: string, value: string): void {
    this.mergeLower(name, lowerCase(name), value);
  }

  unset(name: string): void {
    this.#removeFrom(lowerCase(name), 0);
  }

  clear(): void {
    this.names.length = this.values.length = this.lowerNames.length = 0;
    this.#index = undefined;
  }

  copy(): Table {
    const table = new Table();
    table.assign(this);
    return table;
  }

  /** Takes over the other table's entries in place of its own. */
  assign(other: Table): void {
    this.clear();
    for (let i = 0; i < other.names.length; i++) {
      this.#append(other.names[i]!, other.lowerNames[i]!, other.values[i]!);
    }
  }

  /** `overlay`'s entries, then `base`'s: a look-up finds the overlay's first. @source apr_table_overlay */
  static overlay(overlay: Table, base: Table): Table {
    const table = overlay.copy();
    for (let i = 0; i < base.names.length; i++) {
      table.#append(base.names[i]!, base.lowerNames[i]!, base.values[i]!);
    }
    return table;
  }

  /** Makes names unique: the first one's place and spelling, the last one's value. @source apr_table_compress (SET) */
  compress(): void {
    const entries = [...this];
    this.clear();
    for (const [name, value] of entries) this.set(name, value);
  }

  *[Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    for (let i = 0; i < this.names.length; i++) yield [this.names[i]!, this.values[i]!];
  }

  #append(name: string, lower: string, value: string): void {
    if (this.#index && !this.#index.has(lower)) this.#index.set(lower, this.names.length);
    this.names.push(name);
    this.lowerNames.push(lower);
    this.values.push(value);
  }

  #removeFrom(lower: string, from: number): void {
    let kept = from;
    for (let i = from; i < this.names.length; i++) {
      if (this.lowerNames[i] === lower) continue;
      if (kept !== i) {
        this.names[kept] = this.names[i]!;
        this.lowerNames[kept] = this.lowerNames[i]!;
        this.values[kept] = this.values[i]!;
      }
      kept++;
    }
    if (kept === this.names.length) return;
    this.names.length = this.lowerNames.length = this.values.length = kept;
    this.#index = undefined;
  }
}
