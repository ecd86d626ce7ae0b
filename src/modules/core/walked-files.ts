import type { DirConfig } from '../../pipeline/dir-config.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import type { Section } from '../../pipeline/section.ts';
import type { ServerRecord } from '../../pipeline/server.ts';
import { ownText } from '../../source/remembering.ts';
import { statOf } from '../../source/stat.ts';
import { earlierWalk, noteWalk, ownWalk, type Walked } from './walk-note.ts';

/** What the walks of directories and files found for a regular file, where nothing but its path decides that. */
interface WalkedFile {
  readonly path: string;
  readonly walked: Walked;
  /** With its `<Files>` sections. */
  readonly config: DirConfig;
}

/** How many files of a server are remembered. */
const MOST = 1000;

const byServer = new WeakMap<ServerRecord, Map<string, WalkedFile>>();

/** Gives the request what is known of its file, as long as that is a regular one; false: the walks must be made. */
export function recallFile(req: RequestRecord): boolean {
  const known = byServer.get(req.server)?.get(req.filename ?? '');
  if (!known || earlierWalk(req)?.directory === known.walked.directory) return false;
  const found = req.finfo ?? statOf(known.path);
  if (found?.isFile() !== true) return false;
  req.filename = known.path;
  req.pathInfo = '';
  req.finfo = found;
  req.mayFollowLinks = true;
  req.dirConfig = known.config;
  noteWalk(req, known.walked);
  return true;
}

/** Remembers what the request's walks found, where every request for the file finds the same. */
export function rememberFile(req: RequestRecord): void {
  const walked = ownWalk(req);
  if (walked?.file === undefined || walked.file !== req.filename) return;
  const { server, dirConfig } = req;
  if (server.directoryMatchSections.some(setsVariables) || dirConfig.files.some(setsVariables)) return;
  let files = byServer.get(server);
  if (!files) byServer.set(server, (files = new Map<string, WalkedFile>()));
  if (files.size >= MOST) files.clear();
  const path = ownText(walked.file);
  files.set(path, {
    path,
    walked: { ...walked, directory: ownText(walked.directory), file: path },
    config: dirConfig,
  });
}

function setsVariables(section: Section): boolean {
  return section.setsVariables;
}
