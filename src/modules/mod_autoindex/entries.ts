import { closeSync, openSync, readSync } from 'node:fs';
import { compileFnmatch, type Matcher } from '../../pattern/fnmatch.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { subrequestEntry } from '../../pipeline/subrequest.ts';
import { normalizePath } from '../../pipeline/url.ts';
import { fsPath } from '../../source/fs-path.ts';
import { statOf } from '../../source/stat.ts';
import { INDEX_OPTION, type AutoindexDirConfig, type EntryItem } from './config.ts';
import type { View } from './view.ts';

/** One line of a listing. */
export interface Entry {
  /** File name, a directory's with its slash; for the parent its URL path, which starts with a slash. */
  readonly name: string;
  readonly icon: string | undefined;
  readonly alt: string | undefined;
  readonly description: string | undefined;
  /** Bytes; -1: not shown. */
  readonly size: number;
  /** Milliseconds since 1970; undefined: not shown. */
  readonly modifiedMs: number | undefined;
  /** A directory that goes before all files. */
  readonly isFolderFirst: boolean;
}

const DIRECTORY_ITEM = '^^DIRECTORY^^';
/** What a browser shows in place of the header's icon takes up. */
export const BLANK_ICON = '^^BLANKICON^^';

/**
 * What a directory's listing shows, in no particular order: the parent, and every file and directory that the client
 * could get.
 *
 * @param req   for a directory: its file name ends with a slash
 * @param names of all that is in the directory
 * @source httpd mod_autoindex.c `index_directory`
 */
export function makeEntries(
  req: RequestRecord,
  names: readonly string[],
  config: AutoindexDirConfig,
  view: View,
): readonly Entry[] {
  const directory = req.filename ?? '';
  const pattern =
    view.pattern === undefined ? undefined : compileFnmatch(view.pattern, { noEscape: true, period: true });
  const parent = parentEntry(req, directory, config, view);
  const entries = names.flatMap((name) => fileEntry(req, directory + name, config, view, pattern) ?? []);
  return parent ? [parent, ...entries] : entries;
}

/** @source httpd mod_autoindex.c `make_parent_entry` */
function parentEntry(
  req: RequestRecord,
  directory: string,
  config: AutoindexDirConfig,
  view: View,
): Entry | undefined {
  const parent = normalizePath(`${req.uri.endsWith('/') ? req.uri : `${req.uri}/`}../`, {
    mergeSlashes: false,
    decodeUnreserved: false,
    allowRelative: true,
  });
  const path = `${directory}..`;
  if (!parent.isValid || parent.path === '' || isIgnored(config, path)) return undefined;
  const isFancy = (view.options & INDEX_OPTION.fancy) !== 0;
  return {
    name: parent.path,
    icon: isFancy ? (itemOf(config.icons, path) ?? itemOf(config.icons, DIRECTORY_ITEM)) : undefined,
    alt: isFancy
      ? (itemOf(config.alts, path) ?? itemOf(config.alts, DIRECTORY_ITEM) ?? 'PARENTDIR')
      : undefined,
    description: isFancy ? descriptionOf(config, path) : undefined,
    size: -1,
    modifiedMs: undefined,
    isFolderFirst: false,
  };
}

/** @source httpd mod_autoindex.c `make_autoindex_entry` */
function fileEntry(
  req: RequestRecord,
  path: string,
  config: AutoindexDirConfig,
  view: View,
  pattern: Matcher | undefined,
): Entry | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (pattern?.(name) === false || isIgnored(config, path)) return undefined;
  const stats = statOf(path);
  if (!stats) return undefined;
  const found = subrequestEntry(req, name, false);
  if (!found.finfo || !isShown(found, view.options)) return undefined;
  const isDirectory = stats.isDirectory();
  if (!isDirectory && !found.finfo.isFile()) return undefined;
  const shownName = isDirectory ? `${name}/` : name;
  if ((view.options & (INDEX_OPTION.fancy | INDEX_OPTION.table)) === 0) {
    return {
      name: shownName,
      icon: undefined,
      alt: undefined,
      description: undefined,
      size: -1,
      modifiedMs: undefined,
      isFolderFirst: false,
    };
  }
  const what = isDirectory ? undefined : found;
  return {
    name: shownName,
    icon:
      itemOf(config.icons, path, what) ?? (isDirectory ? itemOf(config.icons, DIRECTORY_ITEM) : undefined),
    alt:
      itemOf(config.alts, path, what) ??
      (isDirectory ? (itemOf(config.alts, DIRECTORY_ITEM) ?? 'DIR') : undefined),
    description:
      descriptionOf(config, path) ??
      (view.options & INDEX_OPTION.scanHtmlTitles ? titleOf(found) : undefined),
    size: isDirectory ? -1 : found.finfo.size,
    modifiedMs: found.finfo.mtimeMs,
    isFolderFirst: isDirectory && (view.options & INDEX_OPTION.foldersFirst) !== 0,
  };
}

function isShown({ status }: RequestRecord, options: number): boolean {
  if (status >= 200 && status < 400) return true;
  return (options & INDEX_OPTION.showForbidden) !== 0 && (status === 401 || status === 403);
}

function isIgnored(config: AutoindexDirConfig, path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return config.ignored.some(({ holdsFor, matches }) => holdsFor(path) && matches(name));
}

/**
 * The first item that speaks of an entry.
 *
 * @param path a file's, or one of the names that stand for no file, such as `^^DIRECTORY^^`
 * @param what the looked-up file, for items that go by type and encoding; undefined: by path alone
 * @source httpd mod_autoindex.c `find_item`
 */
export function itemOf(
  items: readonly EntryItem[],
  path: string,
  what?: Pick<RequestRecord, 'contentType' | 'contentEncoding'>,
): string | undefined {
  const isSpecial = path.startsWith('^');
  const type = what?.contentType?.replace(/\s*;.*$/s, '');
  const encoding = what && what.contentEncoding.length > 0 ? what.contentEncoding.join(', ') : undefined;
  return items.find(({ by, holdsFor, matches }) => {
    if (!isSpecial && !holdsFor(path)) return false;
    if (by === 'path' || isSpecial) return matches(path);
    if (encoding !== undefined) return by === 'encoding' && matches(encoding);
    return by === 'type' && type !== undefined && matches(type);
  })?.data;
}

function descriptionOf(config: AutoindexDirConfig, path: string): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return config.descriptions.find(({ isForPath, matches }) => matches(isForPath ? path : name))?.text;
}

/** As much of a page as is searched for its title. */
const TITLE_BYTES = 8191;

/** The title of an HTML page, its line ends turned into blanks. @source httpd mod_autoindex.c `find_title` */
function titleOf(found: RequestRecord): string | undefined {
  const { filename, contentType, contentEncoding, status } = found;
  if (status !== 200 || filename === undefined || contentEncoding.length > 0 || !isHtml(contentType))
    return undefined;
  const start = firstBytes(filename);
  const at = start?.toLowerCase().indexOf('<title>') ?? -1;
  if (start === undefined || at < 0) return undefined;
  const rest = start.slice(at + '<title>'.length);
  const end = rest.indexOf('<');
  return (end < 0 ? rest : rest.slice(0, end)).replace(/^[\r\n]+/, '').replace(/[\r\n]/g, ' ');
}

export function isHtml(contentType: string | undefined): boolean {
  const type = contentType?.replace(/\s*;.*$/s, '').toLowerCase();
  return type === 'text/html' || type === 'application/xhtml+xml';
}

/** The start of a file up to its first NUL; undefined when it can't be read. */
function firstBytes(path: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(fsPath(path), 'r');
  } catch {
    return undefined;
  }
  try {
    const memory = Buffer.alloc(TITLE_BYTES);
    const text = memory.toString('latin1', 0, readSync(descriptor, memory, 0, TITLE_BYTES, 0));
    const nul = text.indexOf('\0');
    return nul < 0 ? text : text.slice(0, nul);
  } finally {
    closeSync(descriptor);
  }
}
