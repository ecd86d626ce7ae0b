import { readdirSync, realpathSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import micromatch from 'micromatch';
import { fsPath } from '../source/fs-path.ts';
import { systemErrorText } from '../source/system-error.ts';
import { isHtaccess } from './task.ts';

/** A file to lint, named or found. */
export interface InputFile {
  /** Absolute byte string. */
  readonly path: string;
  /** Named as a file: settings that leave files out do not count for it. */
  readonly isNamed: boolean;
}

export interface Inputs {
  readonly files: readonly InputFile[];
  /** What was named and is not there, or can't be looked into. */
  readonly problems: readonly string[];
}

const SKIPPED_FOLDERS: ReadonlySet<string> = new Set(['.git', 'node_modules']);
const MAX_DEPTH = 32;
const MAX_FILES = 100_000;

interface Search {
  readonly found: Map<string, InputFile>;
  readonly problems: string[];
}

/** The files that names, folders and globs stand for, each once. */
export function expandInputs(names: readonly string[], cwd: string): Inputs {
  const search: Search = { found: new Map(), problems: [] };
  for (const name of names) {
    const path = posix.resolve(cwd, name);
    const kind = kindOf(path);
    if (kind === 'folder') expandFolder(search, name, path);
    else if (kind === 'file') search.found.set(path, { path, isNamed: true });
    else if (hasWildcard(name)) expandGlob(search, name, path);
    else search.problems.push(`${name}: ${kind}`);
  }
  return { files: [...search.found.values()], problems: search.problems };
}

function expandFolder(search: Search, name: string, path: string): void {
  const before = search.found.size + search.problems.length;
  walk(search, path, 0, (found) => found.endsWith('.conf') || isHtaccess(found));
  if (search.found.size + search.problems.length === before)
    search.problems.push(`${name}: no configuration file is in it`);
}

/** `folder`, `file`, or why it can be neither. What is no regular file might never come to its end. */
function kindOf(path: string): string {
  try {
    const stats = statSync(fsPath(path));
    if (stats.isDirectory()) return 'folder';
    return stats.isFile() || path === '/dev/null' ? 'file' : 'not a regular file';
  } catch (error) {
    return systemErrorText((error as NodeJS.ErrnoException).code ?? '');
  }
}

function hasWildcard(name: string): boolean {
  return /[*?[\]{}]/.test(name);
}

function expandGlob(search: Search, name: string, pattern: string): void {
  const fixed = pattern.slice(0, pattern.search(/[*?[\]{}]/));
  const base = fixed.slice(0, fixed.lastIndexOf('/')) || '/';
  const before = search.found.size;
  if (kindOf(base) === 'folder') {
    const matches = micromatch.matcher(pattern, { dot: true });
    walk(search, base, 0, (path) => matches(path));
  }
  if (search.found.size === before) search.problems.push(`${name}: no file matches`);
}

/** Looks through a folder in the order of names; links to folders are not followed, so that it ends. */
function walk(search: Search, folder: string, depth: number, isWanted: (path: string) => boolean): void {
  let entries;
  try {
    entries = readdirSync(fsPath(folder), { withFileTypes: true, encoding: 'latin1' });
  } catch (error) {
    search.problems.push(`${folder}: ${systemErrorText((error as NodeJS.ErrnoException).code ?? '')}`);
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = posix.join(folder, entry.name);
    if (search.found.size >= MAX_FILES) return;
    if (entry.isDirectory()) {
      if (depth < MAX_DEPTH && !SKIPPED_FOLDERS.has(entry.name)) walk(search, path, depth + 1, isWanted);
    } else if (isWanted(path) && !search.found.has(path)) {
      const kind = entry.isFile() ? 'file' : kindOf(path);
      if (kind === 'file') search.found.set(path, { path, isNamed: false });
      else if (kind !== 'folder') search.problems.push(`${path}: ${kind}`);
    }
  }
}

/** Whether settings leave a file out; globs start at the settings' folder. */
export function isIgnored(path: string, folder: string, globs: readonly string[]): boolean {
  const relative = posix.relative(folder, path);
  return globs.length > 0 && micromatch.isMatch(relative, [...globs], { dot: true });
}

/** The file itself behind links; the path as given when there is none. */
export function realPath(path: string): string {
  try {
    return realpathSync(fsPath(path), 'latin1');
  } catch {
    return path;
  }
}
