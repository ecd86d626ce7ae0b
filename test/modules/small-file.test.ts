import {
  closeSync,
  fstatSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readSmallFile, recallFile, smallFileETag } from '../../src/modules/small-file.ts';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gateway-small-'));
  path = join(directory, 'file');
  writeFileSync(path, 'first');
  utimesSync(path, 1_577_836_800, 1_577_836_800);
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(directory, { recursive: true });
});

function read(): string {
  const descriptor = openSync(path, 'r');
  try {
    return readSmallFile(
      path,
      descriptor,
      fstatSync(descriptor, { bigint: true }),
      statSync(path),
    ).content.toString('latin1');
  } finally {
    closeSync(descriptor);
  }
}

/** The clock goes on while the file rests. */
function settle(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5000 });
}

test('a file at rest is remembered', () => {
  settle();
  expect(recallFile(path, statSync(path))).toBeUndefined();
  expect(read()).toBe('first');
  expect(recallFile(path, statSync(path))?.content.toString()).toBe('first');
});

test('a file that has just changed is not', () => {
  expect(read()).toBe('first');
  expect(recallFile(path, statSync(path))).toBeUndefined();
});

test.each([
  [
    'was rewritten with the same size and time',
    () => {
      writeFileSync(path, 'other');
      utimesSync(path, 1_577_836_800, 1_577_836_800);
    },
  ],
  [
    'was replaced',
    () => {
      writeFileSync(`${path}.new`, 'other');
      renameSync(`${path}.new`, path);
    },
  ],
  [
    'grew',
    () => {
      writeFileSync(path, 'firstly');
    },
  ],
])('a file that %s is forgotten', (_name, change) => {
  settle();
  read();
  change();
  expect(recallFile(path, statSync(path))).toBeUndefined();
});

test('tags are made of the chosen parts', () => {
  settle();
  const descriptor = openSync(path, 'r');
  const file = readSmallFile(path, descriptor, fstatSync(descriptor, { bigint: true }), statSync(path));
  closeSync(descriptor);
  const tag = (inode: boolean, mtime: boolean, size: boolean): string | undefined =>
    smallFileETag(file, { digest: false, inode, mtime, size }, Date.now());
  expect(tag(false, true, true)).toBe('"5-59b08c1fa4000"');
  expect(tag(false, false, true)).toBe('"5"');
  expect(tag(true, false, false)).toBe(`"${statSync(path).ino.toString(16)}"`);
  expect(tag(false, false, false)).toBeUndefined();
});
