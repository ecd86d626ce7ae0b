import { lstatSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { fsPath } from '../source/fs-path.ts';

/** Asks something of the file with this path; nothing is found under a path that cannot be looked up. */
export type FileTest = (path: string) => boolean;

/** `-d -e -f -s -L -h -x`, by their letter. @source httpd server/util_expr_eval.c, op_file_min and its like */
export const FILE_TESTS: ReadonlyMap<string, FileTest> = new Map<string, FileTest>([
  ['d', (path) => follow(path)?.isDirectory() === true],
  ['e', (path) => follow(path) !== undefined],
  ['f', (path) => follow(path)?.isFile() === true],
  ['s', (path) => isFilled(follow(path))],
  ['L', (path) => noFollow(path)?.isSymbolicLink() === true],
  ['h', (path) => noFollow(path)?.isSymbolicLink() === true],
  // httpd asks the link itself here, whose bits are all set.
  ['x', (path) => ((noFollow(path)?.mode ?? 0) & 0o111) !== 0],
]);

function isFilled(stats: Stats | undefined): boolean {
  return stats !== undefined && stats.isFile() && stats.size > 0;
}

function follow(path: string): Stats | undefined {
  try {
    return statSync(fsPath(path), { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function noFollow(path: string): Stats | undefined {
  try {
    return lstatSync(fsPath(path), { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
