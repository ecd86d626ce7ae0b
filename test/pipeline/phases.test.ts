import { expect, test } from 'vitest';
import { DirConfig } from '../../src/pipeline/dir-config.ts';
import { hook, PlannedHooks } from '../../src/pipeline/phases.ts';
import type { ServerRecord } from '../../src/pipeline/server.ts';
import { OK } from '../../src/pipeline/status.ts';

const SERVER = {} as ServerRecord;
const first = () => OK;
const choosy = () => OK;
const last = () => OK;

const planned = new PlannedHooks([
  hook('fixups', first),
  hook('fixups', choosy, { concerns: (_server, dir) => dir.values[0] !== undefined }),
  hook('fixups', last),
]);

test('a config runs the hooks that it concerns, in their order', () => {
  const { fixups } = planned.under(SERVER, new DirConfig(['said'], [], []));
  expect(fixups).toEqual({ rule: 'all', run: [first, choosy, last] });
  expect(planned.under(SERVER, new DirConfig([undefined], [], [])).fixups.run).toEqual([first, last]);
});

test('configs that the same hooks concern share their list', () => {
  const [one, other, third] = ['a', 'b', undefined].map((value) =>
    planned.under(SERVER, new DirConfig([value], [], [])),
  );
  expect(one).toBe(other);
  expect(one).not.toBe(third);
});

test('a phase without hooks is there and empty', () => {
  const { translateName } = planned.under(SERVER, new DirConfig([undefined], [], []));
  expect(translateName).toEqual({ rule: 'first', run: [] });
  expect([planned.has('fixups'), planned.has('translateName')]).toEqual([true, false]);
});
