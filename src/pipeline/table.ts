import { remembering } from '../source/remembering.ts';

/**
 * How many entries are searched one by one. An index is for the odd request with very many: the tables that a growing
 * `Map` leaves behind outlive the request in V8's old generation, and tripled the cost of garbage collection.
 */
const INDEX_ABOVE = 64;

/** Lower case of a name; most that are asked for are constants of ours. */
const lowerCase = remembering({ most: 2000, longest: 64 }, (name) => name.toLowerCase());

/** The lists of every table without entries: most tables of a request stay empty. Never written to. */
const NONE: string[] = [];

/** Entries that a table makes when somebody looks for one of them. */
export interface DeferredEntries {
  /** Whether one of them may have this lower-case name. */
  mayHold(lower: string): boolean;
  addTo(table: Table): void;
}

/**
 * An ordered list of named strings with case-insensitive names: request and response headers, and the request
 * environment. Names may repeat (`add`); `set` keeps the place and the spelling of the first writer.
 *
 * Each method has a form for callers that know the name in lower case (`getLower`), which need not look it up.
 *
 * @source httpd apr_tables.c, whose order of entries is visible in FastCGI parameters
 */
export class Table {
  #names = NONE;
  #values = NONE;
  #lowerNames = NONE;
  #index: Map<string, number> | undefined;
  #deferred: DeferredEntries | undefined;

  get size(): number {
    this.#settle();
    return this.#names.length;
  }

  /** Names as they were written; `values` and `lowerNames` run parallel. */
  get names(): readonly string[] {
    this.#settle();
    return this.#names;
  }

  get values(): readonly string[] {
    this.#settle();
    return this.#values;
  }

  get lowerNames(): readonly string[] {
    this.#settle();
    return this.#lowerNames;
  }

  /** Place of the first entry of that name, or -1. `lower` must be lower case. */
  indexOf(lower: string): number {
    if (this.#deferred !== undefined && this.#deferred.mayHold(lower)) this.#settle();
    const lowerNames = this.#lowerNames;
    if (lowerNames.length <= INDEX_ABOVE) return lowerNames.indexOf(lower);
    if (!this.#index) {
      this.#index = new Map();
      for (let i = lowerNames.length - 1; i >= 0; i--) this.#index.set(lowerNames[i]!, i);
    }
    return this.#index.get(lower) ?? -1;
  }

  /** Value of the first entry of that name. */
  get(name: string): string | undefined {
    return this.#isBare() ? undefined : this.getLower(lowerCase(name));
  }

  getLower(lower: string): string | undefined {
    const at = this.indexOf(lower);
    return at < 0 ? undefined : this.#values[at];
  }

  has(name: string): boolean {
    return !this.#isBare() && this.indexOf(lowerCase(name)) >= 0;
  }

  hasLower(lower: string): boolean {
    return this.indexOf(lower) >= 0;
  }

  /** All values of that name, in order. */
  getAll(name: string): string[] {
    const lower = lowerCase(name);
    const { lowerNames } = this;
    return this.#values.filter((_, i) => lowerNames[i] === lower);
  }

  /** Replaces the value in place (further entries of that name go), or appends. */
  set(name: string, value: string): void {
    this.setLower(name, lowerCase(name), value);
  }

  setLower(name: string, lower: string, value: string): void {
    const at = this.indexOf(lower);
    if (at < 0) {
      this.addLower(name, lower, value);
      return;
    }
    this.#values[at] = value;
    this.#removeFrom(lower, at + 1);
  }

  /** Appends an entry, whether or not the name is there. */
  add(name: string, value: string): void {
    this.addLower(name, lowerCase(name), value);
  }

  addLower(name: string, lower: string, value: string): void {
    this.#settle();
    if (this.#names === NONE) {
      this.#names = [name];
      this.#lowerNames = [lower];
      this.#values = [value];
      return;
    }
    if (this.#index && !this.#index.has(lower)) this.#index.set(lower, this.#names.length);
    this.#names.push(name);
    this.#lowerNames.push(lower);
    this.#values.push(value);
  }

  /** Joins the value to the first entry of that name with `, `, or appends. */
  merge(name: string, value: string): void {
    this.mergeLower(name, lowerCase(name), value);
  }

  mergeLower(name: string, lower: string, value: string): void {
    const at = this.indexOf(lower);
    if (at < 0) this.addLower(name, lower, value);
    else this.#values[at] = `${this.#values[at]!}, ${value}`;
  }

  unset(name: string): void {
    if (!this.#isBare()) this.unsetLower(lowerCase(name));
  }

  unsetLower(lower: string): void {
    this.#removeFrom(lower, 0);
  }

  /** Appends entries that are made only when somebody looks for one of them, or changes the table. */
  defer(entries: DeferredEntries): void {
    this.#settle();
    this.#deferred = entries;
  }

  clear(): void {
    this.#deferred = undefined;
    this.#names = this.#values = this.#lowerNames = NONE;
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
    this.#addAll(other);
  }

  /** `overlay`'s entries, then `base`'s: a look-up finds the overlay's first. @source apr_table_overlay */
  static overlay(overlay: Table, base: Table): Table {
    const table = overlay.copy();
    table.#addAll(base);
    return table;
  }

  /** Makes names unique: the first one's place and spelling, the last one's value. @source apr_table_compress (SET) */
  compress(): void {
    const entries = [...this];
    this.clear();
    for (const [name, value] of entries) this.set(name, value);
  }

  *[Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    const { names } = this;
    for (let i = 0; i < names.length; i++) yield [names[i]!, this.#values[i]!];
  }

  /** Nothing was put in, nor is to be made. */
  #isBare(): boolean {
    return this.#names.length === 0 && this.#deferred === undefined;
  }

  #settle(): void {
    const deferred = this.#deferred;
    if (deferred === undefined) return;
    this.#deferred = undefined;
    deferred.addTo(this);
  }

  #addAll(other: Table): void {
    const { names, lowerNames, values } = other;
    for (let i = 0; i < names.length; i++) this.addLower(names[i]!, lowerNames[i]!, values[i]!);
  }

  #removeFrom(lower: string, from: number): void {
    this.#settle();
    const names = this.#names;
    const lowerNames = this.#lowerNames;
    const values = this.#values;
    let kept = from;
    for (let i = from; i < names.length; i++) {
      if (lowerNames[i] === lower) continue;
      if (kept !== i) {
        names[kept] = names[i]!;
        lowerNames[kept] = lowerNames[i]!;
        values[kept] = values[i]!;
      }
      kept++;
    }
    if (kept === names.length) return;
    names.length = lowerNames.length = values.length = kept;
    this.#index = undefined;
  }
}
