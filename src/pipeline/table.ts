import { remembering } from '../source/remembering.ts';

/**
 * How many entries are searched one by one. An index is for the odd request with very many: the tables that a growing
 * `Map` leaves behind outlive the request in V8's old generation, and tripled the cost of garbage collection.
 */
const INDEX_ABOVE = 64;

/** Lower case of a name; most that are asked for are constants of ours. */
const lowerCase = remembering({ most: 2000, longest: 64 }, (name) => name.toLowerCase());

/** What one entry takes in the list: its name as it was written, the name in lower case, the value. */
const WIDTH = 3;
const LOWER = 1;
const VALUE = 2;

/** The list of every table without entries: most tables of a request stay empty. Never written to. */
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
  /** One list for all: three would cost a request more than what is in them. */
  #entries = NONE;
  /** Where in the list the first entry of a name begins. */
  #index: Map<string, number> | undefined;
  #deferred: DeferredEntries | undefined;

  get size(): number {
    this.#settle();
    return this.#entries.length / WIDTH;
  }

  /** Name of an entry as it was written, 0 the first, below `size`. */
  nameAt(entry: number): string {
    return this.#entries[entry * WIDTH]!;
  }

  /** The same in lower case. */
  lowerNameAt(entry: number): string {
    return this.#entries[entry * WIDTH + LOWER]!;
  }

  valueAt(entry: number): string {
    return this.#entries[entry * WIDTH + VALUE]!;
  }

  /** Whether an entry's name, in lower case, is such a one. */
  hasSuch(test: (lower: string) => boolean): boolean {
    this.#settle();
    const entries = this.#entries;
    for (let at = LOWER; at < entries.length; at += WIDTH) if (test(entries[at]!)) return true;
    return false;
  }

  /** Whether some name is there more than once. */
  hasTwins(): boolean {
    this.#settle();
    const entries = this.#entries;
    for (let at = WIDTH; at < entries.length; at += WIDTH) {
      if (this.#find(entries[at + LOWER]!) < at) return true;
    }
    return false;
  }

  /** Value of the first entry of that name. */
  get(name: string): string | undefined {
    return this.#isBare() ? undefined : this.getLower(lowerCase(name));
  }

  getLower(lower: string): string | undefined {
    const at = this.#find(lower);
    return at < 0 ? undefined : this.#entries[at + VALUE];
  }

  has(name: string): boolean {
    return !this.#isBare() && this.#find(lowerCase(name)) >= 0;
  }

  hasLower(lower: string): boolean {
    return this.#find(lower) >= 0;
  }

  /** All values of that name, in order. */
  getAll(name: string): string[] {
    const lower = lowerCase(name);
    this.#settle();
    return this.#entries.filter((_, i, entries) => i % WIDTH === VALUE && entries[i - 1] === lower);
  }

  /** Replaces the value in place (further entries of that name go), or appends. */
  set(name: string, value: string): void {
    this.setLower(name, lowerCase(name), value);
  }

  setLower(name: string, lower: string, value: string): void {
    const at = this.#find(lower);
    if (at < 0) {
      this.addLower(name, lower, value);
      return;
    }
    this.#entries[at + VALUE] = value;
    this.#removeFrom(lower, at + WIDTH);
  }

  /** Appends an entry, whether or not the name is there. */
  add(name: string, value: string): void {
    this.addLower(name, lowerCase(name), value);
  }

  addLower(name: string, lower: string, value: string): void {
    this.#settle();
    const entries = this.#entries;
    if (entries === NONE) {
      this.#entries = [name, lower, value];
      return;
    }
    if (this.#index && !this.#index.has(lower)) this.#index.set(lower, entries.length);
    entries.push(name, lower, value);
  }

  /** Joins the value to the first entry of that name with `, `, or appends. */
  merge(name: string, value: string): void {
    this.mergeLower(name, lowerCase(name), value);
  }

  mergeLower(name: string, lower: string, value: string): void {
    const at = this.#find(lower);
    if (at < 0) this.addLower(name, lower, value);
    else this.#entries[at + VALUE] = `${this.#entries[at + VALUE]!}, ${value}`;
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
    this.#entries = NONE;
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
    if (other.size > 0) this.#entries = other.#entries.slice();
  }

  /** `overlay`'s entries, then `base`'s: a look-up finds the overlay's first. @source apr_table_overlay */
  static overlay(overlay: Table, base: Table): Table {
    const table = new Table();
    if (overlay.size + base.size > 0) table.#entries = overlay.#entries.concat(base.#entries);
    return table;
  }

  /** Makes names unique: the first one's place and spelling, the last one's value. @source apr_table_compress (SET) */
  compress(): void {
    const entries = [...this];
    this.clear();
    for (const [name, value] of entries) this.set(name, value);
  }

  *[Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    for (let i = 0; i < this.size; i++) yield [this.nameAt(i), this.valueAt(i)];
  }

  /** Nothing was put in, nor is to be made. */
  #isBare(): boolean {
    return this.#entries.length === 0 && this.#deferred === undefined;
  }

  /** Where in the list the first entry of that name begins, or -1. `lower` must be lower case. */
  #find(lower: string): number {
    if (this.#deferred !== undefined && this.#deferred.mayHold(lower)) this.#settle();
    const entries = this.#entries;
    if (entries.length > INDEX_ABOVE * WIDTH) return this.#findIndexed(lower);
    for (let at = 0; at < entries.length; at += WIDTH) if (entries[at + LOWER] === lower) return at;
    return -1;
  }

  #findIndexed(lower: string): number {
    const entries = this.#entries;
    if (!this.#index) {
      this.#index = new Map();
      for (let at = entries.length - WIDTH; at >= 0; at -= WIDTH) this.#index.set(entries[at + LOWER]!, at);
    }
    return this.#index.get(lower) ?? -1;
  }

  #settle(): void {
    const deferred = this.#deferred;
    if (deferred === undefined) return;
    this.#deferred = undefined;
    deferred.addTo(this);
  }

  /** Drops the entries of that name, from one place of the list on. */
  #removeFrom(lower: string, from: number): void {
    this.#settle();
    const entries = this.#entries;
    let kept = from;
    for (let at = from; at < entries.length; at += WIDTH) {
      if (entries[at + LOWER] === lower) continue;
      if (kept !== at) entries.copyWithin(kept, at, at + WIDTH);
      kept += WIDTH;
    }
    if (kept >= entries.length) return;
    entries.length = kept;
    this.#index = undefined;
  }
}
