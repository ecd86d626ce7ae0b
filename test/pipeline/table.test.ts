import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Table } from '../../src/pipeline/table.ts';

type Entry = [name: string, value: string];

/** What a table does, over a list of pairs. */
class Model {
  entries: Entry[] = [];

  #first(name: string): Entry | undefined {
    return this.entries.find(([other]) => isSame(other, name));
  }

  add(name: string, value: string): void {
    this.entries.push([name, value]);
  }

  set(name: string, value: string): void {
    const first = this.#first(name);
    if (!first) return this.add(name, value);
    first[1] = value;
    this.entries = this.entries.filter((entry) => entry === first || !isSame(entry[0], name));
  }

  merge(name: string, value: string): void {
    const first = this.#first(name);
    if (first) first[1] += `, ${value}`;
    else this.add(name, value);
  }

  unset(name: string): void {
    this.entries = this.entries.filter(([other]) => !isSame(other, name));
  }

  /** Stands for itself: what is made later shows like what was made at once. */
  defer(name: string, value: string): void {
    this.add(name, value);
  }

  get(name: string): string | undefined {
    return this.#first(name)?.[1];
  }

  getAll(name: string): string[] {
    return this.entries.filter(([other]) => isSame(other, name)).map(([, value]) => value);
  }
}

function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

const change = fc.record({
  kind: fc.constantFrom('add', 'add', 'set', 'merge', 'unset', 'defer'),
  name: fc.constantFrom('Accept', 'accept', 'ACCEPT', 'Cookie', 'X-a', 'x-A', 'Host'),
  value: fc.constantFrom('1', '22', ''),
});

/** More than any table has that is searched entry by entry. */
const MANY = Array.from({ length: 100 }, (_, i): Entry => [`X-${i}`, String(i)]);

test.each([
  ['few entries', []],
  ['many entries', MANY],
])('a table of %s does what a list of pairs does', (_, before) => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
      const table = new Table();
      const model = new Model();
      for (const [name, value] of before) {
        table.add(name, value);
        model.add(name, value);
      }
      for (const { kind, name, value } of changes) {
        switch (kind) {
          case 'add':
          case 'set':
          case 'merge':
            table[kind](name, value);
            model[kind](name, value);
            break;
          case 'unset':
            table.unset(name);
            model.unset(name);
            break;
          default:
            table.defer({
              mayHold: (lower) => lower === name.toLowerCase(),
              addTo: (to) => to.add(name, value),
            });
            model.defer(name, value);
        }
        expect([table.get(name), table.has(name)]).toEqual([model.get(name), model.get(name) !== undefined]);
        expect(table.getAll('x-a')).toEqual(model.getAll('x-a'));
      }
      const lower = model.entries.map(([name]) => name.toLowerCase());
      expect(table.hasTwins()).toBe(new Set(lower).size < lower.length);
      expect(table.hasSuch((name) => name === 'cookie')).toBe(lower.includes('cookie'));
      expect([...table]).toEqual(model.entries);
      expect(table.size).toBe(model.entries.length);
      expect(lower.map((_name, i) => table.lowerNameAt(i))).toEqual(lower);
      const copy = table.copy();
      copy.set('Late', '1');
      expect([...table]).toEqual(model.entries);
      expect([...Table.overlay(copy, table)]).toEqual([...model.entries, ['Late', '1'], ...model.entries]);
    }),
  );
});

test('clearing leaves a table that can be filled again', () => {
  const table = new Table();
  table.add('A', '1');
  table.defer({ mayHold: () => true, addTo: (to) => to.add('B', '2') });
  table.clear();
  expect([table.size, table.has('A'), table.has('B')]).toEqual([0, false, false]);
  table.set('A', '3');
  expect([...table]).toEqual([['A', '3']]);
  expect(new Table().size).toBe(0);
});

test('compressing keeps the first place and the last value of a name', () => {
  const table = new Table();
  for (const [name, value] of [
    ['A', '1'],
    ['B', '2'],
    ['a', '3'],
  ] as const)
    table.add(name, value);
  table.compress();
  expect([...table]).toEqual([
    ['A', '3'],
    ['B', '2'],
  ]);
});
