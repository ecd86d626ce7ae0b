import { statSync, type Stats } from 'node:fs';
import { fsPath } from './fs-path.ts';

const FOUND_OR_NOT = { throwIfNoEntry: false } as const;

/** What a path is; undefined: nothing, or nothing that may be looked at. */
export function statOf(path: string): Stats | undefined {
  return statAt(fsPath(path));
}

/** The same for a path as `fsPath` gives it. */
export function statAt(path: string | Buffer): Stats | undefined {
  try {
    return statSync(path, FOUND_OR_NOT);
  } catch {
    return undefined;
  }
}
