import type { DirConfig } from '../../pipeline/dir-config.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import type { Section } from '../../pipeline/section.ts';
import type { ServerRecord } from '../../pipeline/server.ts';
import { isPlainPath } from '../../pipeline/url.ts';
import { fsPath } from '../../source/fs-path.ts';
import { ownText } from '../../source/remembering.ts';
import { statAt } from '../../source/stat.ts';
import { earlierWalk, noteWalk, ownWalk, type Walked } from './walk-note.ts';

/** What the walks of directories and files found for a regular file, where nothing but its path decides that. */
interface WalkedFile {
  readonly path: string;
  /** The same for `node:fs`. */
  readonly fsPath: string | Buffer;
  readonly walked: Walked;
  /** With its `<Files>` sections. */
  readonly config: DirConfig;
}

/** How many files are remembered, those of all servers together: with the next one, all are found anew. */
const MOST = 10_000;
/** Bytes of the longest path that is remembered. */
const LONGEST = 1024;

/** Files of one server by their paths. */
class WalkedFiles {
  readonly #known = new Map<string, WalkedFile>();
  /** Length of the longest path that is known. */
  #longest = 0;

  get(path: string): WalkedFile | undefined {
    return this.#known.get(path);
  }

  /** The file that stands before a slash of a path. */
  findBefore(path: string): WalkedFile | undefined {
    let slash = path.lastIndexOf('/', this.#longest);
    for (; slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const known = this.#known.get(path.slice(0, slash));
      if (known) return known;
    }
    return undefined;
  }

  add(file: WalkedFile): void {
    this.#known.set(file.path, file);
    this.#longest = Math.max(this.#longest, file.path.length);
  }
}

/** A walk enters a file like a directory when it is asked for as it is, and not when path information follows it. */
interface FilesOfServer {
  readonly asked: WalkedFiles;
  readonly withPathInfo: WalkedFiles;
}

let byServer = new WeakMap<ServerRecord, FilesOfServer>();
let remembered = 0;

/** Gives the request what is known of its file, as long as that is a regular one; false: the walks must be made. */
export function recallFile(req: RequestRecord): boolean {
  const files = byServer.get(req.server);
  const { filename } = req;
  if (!files || filename === undefined) return false;
  const asked = files.asked.get(filename);
  if (asked) {
    if (earlierWalk(req)?.directory === asked.walked.directory) return false;
    return takeOver(req, asked, '');
  }
  if (req.finfo || !isPlainPath(filename)) return false;
  const before = files.withPathInfo.findBefore(filename);
  return before !== undefined && takeOver(req, before, filename.slice(before.path.length));
}

function takeOver(req: RequestRecord, known: WalkedFile, pathInfo: string): boolean {
  const found = req.finfo ?? statAt(known.fsPath);
  if (found?.isFile() !== true) return false;
  req.filename = known.path;
  req.pathInfo = pathInfo;
  req.finfo = found;
  req.mayFollowLinks = true;
  req.dirConfig = known.config;
  noteWalk(req, known.walked);
  return true;
}

/** Remembers what the request's walks found, where every request for the file finds the same. */
export function rememberFile(req: RequestRecord): void {
  const walked = ownWalk(req);
  if (walked?.file === undefined || walked.file.length > LONGEST || walked === earlierWalk(req)) return;
  const { server, dirConfig } = req;
  if (server.directoryMatchSections.some(setsVariables) || dirConfig.files.some(setsVariables)) return;
  if (++remembered > MOST) {
    byServer = new WeakMap();
    remembered = 1;
  }
  let files = byServer.get(server);
  if (!files) byServer.set(server, (files = { asked: new WalkedFiles(), withPathInfo: new WalkedFiles() }));
  const path = ownText(walked.file);
  (req.pathInfo === '' ? files.asked : files.withPathInfo).add({
    path,
    fsPath: fsPath(path),
    walked: { ...walked, directory: ownText(walked.directory), file: path },
    config: dirConfig,
  });
}

function setsVariables(section: Section): boolean {
  return section.setsVariables;
}
