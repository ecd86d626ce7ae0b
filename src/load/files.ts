import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fsPath } from '../source/fs-path.ts';

export type FileKind = 'file' | 'directory' | 'other';

/** The disk as reading a configuration needs it. Paths and names are latin1 byte strings. */
export interface ConfigFiles {
  /** What a path names, links followed; undefined when nothing. */
  kind(path: string): FileKind | undefined;
  /** The bytes of a file as latin1 text. Throws an error with a `code` such as `ENOENT`. */
  read(path: string): string;
  /** The names in a directory, in no order, without `.` and `..`. Throws as `read` does. */
  list(path: string): readonly string[];
}

/** The disk of this machine. */
export const diskFiles: ConfigFiles = {
  kind(path) {
    try {
      const stats = statSync(fsPath(path));
      return stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other';
    } catch (error) {
      errorCode(error);
      return undefined;
    }
  },
  read: (path) => readFileSync(fsPath(path), 'latin1'),
  list: (path) => readdirSync(fsPath(path), 'latin1'),
};

/** The code of an error of the file system; rethrows what is none. */
export function errorCode(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  throw error;
}

/** Text of Node's as a byte string. */
export function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

let environment: ReadonlyMap<string, string> | undefined;

/** The environment that this process was started with, as byte strings. */
export function processEnvironment(): ReadonlyMap<string, string> {
  environment ??= new Map(
    Object.entries(process.env).map(([name, value]) => [latin1(name), latin1(value ?? '')]),
  );
  return environment;
}
