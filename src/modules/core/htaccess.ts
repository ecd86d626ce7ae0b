import { statSync, type BigIntStats } from 'node:fs';
import { logRequest } from '../../pipeline/log.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import type { AccessFile, HtaccessOverrides, HtaccessReader } from '../../pipeline/server.ts';
import { fsPath } from '../../source/fs-path.ts';
import { showErrorCode, showSystemError } from '../../source/system-error.ts';
import { coreServer } from './access.ts';

/** How many parsed files are kept; the oldest goes first. */
const CACHE_LIMIT = 2000;

interface CachedFile {
  readonly identity: string;
  readonly result: ReturnType<HtaccessReader>;
}

const cache = new Map<string, CachedFile>();

/** The `.htaccess` of a directory, nothing, or the status to answer with. */
export type HtaccessResult = AccessFile | undefined | 403 | 500;

/**
 * Reads a directory's access file, the first of AccessFileName that exists. A file is parsed once for each state of it
 * (device, inode, size, times) and each set of overrides.
 *
 * @param directory with its trailing slash
 * @source httpd server/config.c `ap_parse_htaccess`
 */
export function readAccessFile(
  req: RequestRecord,
  directory: string,
  overrides: HtaccessOverrides,
): HtaccessResult {
  for (const name of coreServer(req.server).accessFileNames ?? ['.htaccess']) {
    const path = directory + name;
    const stats = statOrError(path);
    if (stats === undefined) continue;
    if (typeof stats === 'string') return refuseUnreadable(req, path, directory, stats);
    if (!stats.isFile()) return refuseUnreadable(req, path, directory, showErrorCode('EBADF'));
    return parsed(req, path, directory, overrides, stats);
  }
  return undefined;
}

/** undefined: there is none; a text: it can't be looked at, with the reason. */
function statOrError(path: string): BigIntStats | string | undefined {
  try {
    return statSync(fsPath(path), { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    return showSystemError(error) ?? String(error);
  }
}

function parsed(
  req: RequestRecord,
  path: string,
  directory: string,
  overrides: HtaccessOverrides,
  stats: BigIntStats,
): HtaccessResult {
  const { gateway } = req.server;
  const serverIndex = gateway.servers.indexOf(req.server);
  const key = `${gateway.generation}\0${serverIndex}\0${overrideKey(overrides)}\0${path}`;
  const identity = `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`;
  let entry = cache.get(key);
  if (entry?.identity !== identity) {
    const result = gateway.readHtaccess(path, directory, overrides, req.server);
    entry = { identity, result };
    cache.delete(key);
    cache.set(key, entry);
    if (cache.size > CACHE_LIMIT) cache.delete(cache.keys().next().value!);
  }
  const { result } = entry;
  if ('config' in result) return result;
  if ('unreadable' in result) return refuseUnreadable(req, path, directory, result.unreadable);
  logRequest(req, 'alert', 'core', '', result.error);
  return 500;
}

/** Denies access to be safe. `cause` is the system's. */
function refuseUnreadable(req: RequestRecord, path: string, directory: string, cause: string): 403 {
  const message = `${path} pcfg_openfile: unable to check htaccess file, ensure it is readable and that '${directory}' is executable`;
  logRequest(req, 'crit', 'core', 'AH00529', message, cause);
  req.notes.set('error-notes', 'Server unable to read htaccess file, denying access to be safe');
  return 403;
}

const keys = new WeakMap<HtaccessOverrides, string>();

function overrideKey(overrides: HtaccessOverrides): string {
  let key = keys.get(overrides);
  if (key === undefined) {
    const list = overrides.list ? [...overrides.list].join(',') : '';
    key = `${overrides.classes}/${overrides.options?.join(',') ?? '*'}/${list}/${overrides.nonfatalOverride}/${overrides.nonfatalUnknown}`;
    keys.set(overrides, key);
  }
  return key;
}
