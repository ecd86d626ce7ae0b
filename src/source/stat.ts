import { statSync, type Stats } from 'node:fs';
import { fsPath } from './fs-path.ts';

const FOUND_OR_NOT = { throwIfNoEntry: false } as const;

/** What a path is; undefined: nothing, or nothing that may be looked at. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(fsPath(path), FOUND_OR_NOT);
  } catch {
    return undefined;
  }
}
