import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import { diskFiles, type ConfigFiles } from '../load/files.ts';
import { fsPath } from '../source/fs-path.ts';

/** The largest file that is read as configuration. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** Where the paths of a configuration lie on this disk. */
export interface PathMapping {
  /** Root of the target's files (`--root`). */
  readonly root: string | undefined;
  /** Path prefix of the target to folder here. */
  readonly paths: ReadonlyMap<string, string>;
}

/** The path on this disk for a path of the configuration; a path that lies in a mapped folder already stays. */
export function diskPath({ root, paths }: PathMapping, path: string): string {
  const isBelow = (folder: string): boolean =>
    folder === '/' || path === folder || path.startsWith(`${folder}/`);
  let best: [string, string] | undefined;
  for (const entry of paths) {
    if (isBelow(entry[1])) return path;
    if (isBelow(entry[0]) && (best === undefined || entry[0].length > best[0].length)) best = entry;
  }
  if (best) return posix.join(best[1], path.slice(best[0].length));
  if (root === undefined || isBelow(root)) return path;
  const below = posix.join(root, path);
  // What an image does not have may still lie beside the file that is linted.
  return diskFiles.kind(below) === undefined ? path : below;
}

/**
 * The disk as lint reads it: mapped, with texts that fixes have changed, and with a limit on the size of a file.
 *
 * @param changed texts that stand in for those on disk, by path on disk
 */
export function targetFiles(mapping: PathMapping, changed: ReadonlyMap<string, string>): ConfigFiles {
  return {
    kind: (path) => diskFiles.kind(diskPath(mapping, path)),
    list: (path) => diskFiles.list(diskPath(mapping, path)),
    read(path) {
      const here = diskPath(mapping, path);
      return changed.get(here) ?? readConfigText(here);
    },
  };
}

/** The bytes of a file. Throws as `node:fs` does, and with `EFBIG` for one that is no configuration by its size. */
export function readConfigText(path: string): string {
  const { size } = statSync(fsPath(path));
  if (size > MAX_FILE_BYTES) throw Object.assign(new Error('File too large'), { code: 'EFBIG' });
  return readFileSync(fsPath(path), 'latin1');
}

/** The first bytes of a file, '' when it can't be read. */
export function firstBytes(path: string, count: number): string {
  try {
    const file = openSync(fsPath(path), 'r');
    try {
      const buffer = Buffer.alloc(count);
      return buffer.toString('latin1', 0, readSync(file, buffer, 0, count, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}

/** What Debian's `envvars` sets, for configurations without one beside them. */
const DEBIAN_ENVIRONMENT: ReadonlyMap<string, string> = new Map([
  ['APACHE_RUN_USER', 'www-data'],
  ['APACHE_RUN_GROUP', 'www-data'],
  ['APACHE_PID_FILE', '/var/run/apache2/apache2.pid'],
  ['APACHE_RUN_DIR', '/var/run/apache2'],
  ['APACHE_LOCK_DIR', '/var/lock/apache2'],
  ['APACHE_LOG_DIR', '/var/log/apache2'],
]);

/** What the server's environment has: Debian's names, then those of an `envvars` file beside the configuration. */
export function serverEnvironment(serverRoot: string): Map<string, string> {
  const environment = new Map(DEBIAN_ENVIRONMENT);
  let text: string;
  try {
    text = readConfigText(posix.join(serverRoot, 'envvars'));
  } catch {
    return environment;
  }
  for (const line of text.split('\n')) {
    const found = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=("[^"]*"|'[^']*'|[^\s;#]*)/.exec(line);
    if (!found) continue;
    const value = found[2]!.replace(/^(["'])(.*)\1$/, '$2');
    const expanded = value.replace(
      /\$(?:\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))/g,
      (_, braced: string | undefined, plain: string | undefined) =>
        environment.get(braced ?? plain ?? '') ?? '',
    );
    environment.set(found[1]!, expanded);
  }
  return environment;
}
