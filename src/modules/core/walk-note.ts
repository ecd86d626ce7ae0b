import type { DirConfig } from '../../pipeline/dir-config.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import type { ServerRecord } from '../../pipeline/server.ts';

/** What a walk leaves to the requests that it leads to: lookups and internal redirects into the same directory. */
export interface Walked {
  readonly server: ServerRecord;
  /** With its slash, unless it was asked for without one. */
  readonly directory: string;
  readonly matched: DirConfig | undefined;
  /** The regular file that it came to, where nothing but the file's path decided what was found; else undefined. */
  readonly file: string | undefined;
}

const WALK_NOTE = 'core:directory-walk';

export function noteWalk(req: RequestRecord, walked: Walked): void {
  req.setModuleNote(WALK_NOTE, walked);
}

/** What the request's own walk found; undefined: it came to nothing. */
export function ownWalk(req: RequestRecord): Walked | undefined {
  return req.moduleNote<Walked>(WALK_NOTE);
}

/**
 * The walk that this request may take over: regular expressions are then not tried against its own file name.
 *
 * @source httpd server/request.c `prep_walk_cache`
 */
export function earlierWalk(req: RequestRecord): Walked | undefined {
  if (req.isInitial) return undefined;
  const earlier = (req.prev && ownWalk(req.prev)) ?? (req.main && ownWalk(req.main));
  return earlier?.server === req.server ? earlier : undefined;
}
