import { statSync, type Stats } from 'node:fs';
import { fsPath } from './fs-path.ts';

/** What a path is; undefined: nothing, or nothing that may be looked at. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(fsPath(path), { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
