import { lstatSync, statSync, type Stats } from 'node:fs';
import type { DirConfig } from '../../pipeline/dir-config.ts';
import { logRequest } from '../../pipeline/log.ts';
import { resolveRemoteHost } from '../../pipeline/remote-host.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { OK, type HookResult } from '../../pipeline/status.ts';
import { normalizePath } from '../../pipeline/url.ts';
import { fsPath } from '../../source/fs-path.ts';
import { showErrorCode } from '../../source/system-error.ts';
import type { CoreDirConfig } from './config.ts';
import { coreModule } from './index.ts';
import { enteredDirectories, type Entered } from './entered-directories.ts';
import { readAccessFile } from './htaccess.ts';
import { effectiveOptions, OPT } from './options.ts';
import { NO_OVERRIDES } from './overrides.ts';
import type { HtaccessOverrides } from '../../pipeline/server.ts';
import { earlierWalk, noteWalk, type Walked } from './walk-note.ts';

/**
 * Walks from the root to the mapped file: lays `<Directory>` sections and `.htaccess` files over the config level by
 * level, refuses links that are not allowed, and cuts the path into `filename` and `pathInfo` where the file system
 * ends it. Then come the regular-expression sections.
 *
 * @source httpd server/request.c `ap_directory_walk`
 */
export function directoryWalk(req: RequestRecord): HookResult | Promise<HookResult> {
  const { filename } = req;
  if (filename === undefined || filename === '') return OK;
  if (filename.charCodeAt(0) !== 0x2f) return OK;
  const canonical = normalizePath(filename, { mergeSlashes: true, decodeUnreserved: false });
  if (!canonical.isValid) {
    logRequest(
      req,
      'error',
      'core',
      'AH00030',
      `Forbidden: ${filename} doesn't point to a file or directory`,
    );
    return 403;
  }
  req.filename = canonical.path;
  const walk = new DirectoryWalk(req, canonical.path);
  const result = walk.run();
  if (result !== OK || !walk.usesHostnames || req.connection.remoteHost !== undefined) return result;
  // Look-ups that follow from this request must not have to wait: what was meant for one file may be asked by another.
  return resolveRemoteHost(req.connection).then(() => OK);
}

/** What `stat` said: what is there, that nothing is, or an error code. */
type Found = Stats | undefined | string;

function look(path: string, followLinks: boolean): Found {
  try {
    return (followLinks ? statSync : lstatSync)(fsPath(path), { throwIfNoEntry: false });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOTDIR' ? undefined : (code ?? 'EIO');
  }
}

function isDirectory(path: string): boolean {
  const found = look(path, true);
  return typeof found === 'object' && found.isDirectory();
}

function coreOf(config: DirConfig): CoreDirConfig {
  return (config.values[coreModule.slot] as CoreDirConfig | undefined) ?? NOTHING;
}

const NOTHING: CoreDirConfig = {};

/** What one more component of a path is. */
interface Step {
  /** The file name ends here. */
  readonly isEnd: boolean;
  /** Sections and access files of a level of their own belong to it. */
  readonly isLevel: boolean;
  readonly stats: Stats | undefined;
}

/** A component of a path of which all is known to be there. */
const NEXT_LEVEL: Step = { isEnd: false, isLevel: true, stats: undefined };

/** One walk; its state is what the levels hand on to each other. */
class DirectoryWalk {
  /** An access file that was read asks for the client's host name. */
  usesHostnames = false;
  readonly #req: RequestRecord;
  readonly #path: string;
  /** Sections and access files merged so far, without the server's defaults. */
  #matched: DirConfig | undefined;
  /** The same laid over the server's defaults; made anew when a level adds to it. */
  #config: DirConfig | undefined;
  #nextSection = 0;
  /** `stat` of the whole path, following links. */
  #whole: Found;
  /** No level so far read an access file, and each one's links were followed. */
  #isOpen = true;

  constructor(req: RequestRecord, path: string) {
    this.#req = req;
    this.#path = path;
    this.#whole = req.finfo ?? look(path, true);
  }

  run(): HookResult {
    const req = this.#req;
    const path = this.#path;
    req.finfo = undefined;
    req.pathInfo = '';
    const known = earlierWalk(req);
    if (known && typeof this.#whole === 'object' && known.directory === entryDirectory(path, this.#whole)) {
      return this.#reuse(known, this.#whole);
    }
    let level = 0;
    let end = 1;
    const entered = this.#recall();
    if (entered) {
      level = entered.level;
      end = entered.directory.length;
    } else {
      const status = this.#enter('/', 0);
      if (status !== OK) return status;
    }
    for (;;) {
      if (end >= path.length) {
        req.filename = path;
        req.finfo = typeof this.#whole === 'object' ? this.#whole : undefined;
        return this.#finish();
      }
      const slash = path.indexOf('/', end);
      const next = slash < 0 ? path.length : slash;
      const step = this.#step(path.slice(0, next), slash < 0);
      if (typeof step === 'number') return step;
      if (step.isEnd) {
        req.filename = path.slice(0, next);
        req.pathInfo = path.slice(next);
        req.finfo = step.stats;
        if (step.isLevel) {
          const status = this.#enter(`${req.filename}/`, level + 1);
          if (status !== OK) return status;
        }
        return this.#finish();
      }
      level++;
      end = next + 1;
      const directory = slash < 0 ? `${path}/` : path.slice(0, end);
      const status = this.#enter(directory, level);
      if (status !== OK) return status;
      if (slash < 0) {
        req.filename = path;
        req.finfo = step.stats;
        return this.#finish();
      }
      if (this.#isOpen && !path.includes('/', end)) this.#remember(directory, level);
    }
  }

  /** Takes over the state in which the deepest known directory on the way was entered before, if it is still there. */
  #recall(): Entered | undefined {
    const entered = enteredDirectories(this.#req.server).find(
      this.#path,
      typeof this.#whole === 'object' ? undefined : isDirectory,
    );
    if (!entered) return undefined;
    this.#matched = entered.matched;
    this.#config = entered.config;
    this.#nextSection = entered.nextSection;
    return entered;
  }

  /** That every walk comes to this directory in this state, as long as it is there. */
  #remember(directory: string, level: number): void {
    enteredDirectories(this.#req.server).add({
      directory,
      level,
      matched: this.#matched,
      config: this.#currentConfig(),
      nextSection: this.#nextSection,
    });
  }

  /** Another file of a directory that was walked before: only the file itself is looked at. */
  #reuse(known: Walked, whole: Stats): HookResult {
    const req = this.#req;
    this.#matched = known.matched;
    req.filename = this.#path;
    if (whole.isFile()) {
      const step = this.#step(this.#path, true);
      if (typeof step === 'number') return step;
    }
    req.finfo = whole;
    noteWalk(req, known);
    req.dirConfig = this.#currentConfig();
    return OK;
  }

  /** Lays this directory's sections and access file over what was merged so far. */
  #enter(directory: string, depth: number): HookResult {
    const { directorySections } = this.#req.server;
    for (; this.#nextSection < directorySections.length; this.#nextSection++) {
      const section = directorySections[this.#nextSection]!;
      if (section.depth > depth) break;
      if (section.depth < depth || !section.matches(directory, this.#req)) continue;
      this.#add(section.config);
    }
    const overrides = this.#overrides();
    if (!overrides) return OK;
    this.#isOpen = false;
    const file = readAccessFile(this.#req, directory, overrides);
    if (typeof file === 'number') {
      this.#req.filename = directory;
      this.#req.pathInfo = this.#path.slice(directory.length - 1);
      return file;
    }
    if (file) {
      this.#add(file.config);
      if (file.usesHostnames) this.usesHostnames = true;
    }
    return OK;
  }

  #add(config: DirConfig): void {
    const merges = this.#req.server.gateway.dirMerges;
    this.#matched = this.#matched ? this.#matched.mergeWith(config, merges) : config;
    this.#config = undefined;
  }

  #currentConfig(): DirConfig {
    const { dirDefaults, gateway } = this.#req.server;
    return (this.#config ??= this.#matched
      ? dirDefaults.mergeWith(this.#matched, gateway.dirMerges)
      : dirDefaults);
  }

  /**
   * What an access file may say here; undefined: it is not read. Where no AllowOverride was ever given, httpd reads
   * the file and allows nothing in it.
   */
  #overrides(): HtaccessOverrides | undefined {
    const { overrides, overrideListOnly } = coreOf(this.#currentConfig());
    const hasList = overrideListOnly !== undefined && overrideListOnly.size > 0;
    if (overrides?.classes === 0 && !hasList) return undefined;
    return withList(overrides ?? NO_OVERRIDES, hasList ? overrideListOnly : undefined);
  }

  /**
   * Looks at one more component.
   *
   * @returns a status to fail with, or what is there
   */
  #step(path: string, isLast: boolean): number | Step {
    const options = effectiveOptions(coreOf(this.#currentConfig()).options);
    const followsAll = (options & OPT.FollowSymLinks) !== 0;
    this.#req.mayFollowLinks = followsAll;
    if (!followsAll) this.#isOpen = false;
    const whole = this.#whole;
    if (followsAll && typeof whole === 'object') {
      if (!isLast) return NEXT_LEVEL;
      return this.#kind(path, whole, isLast, true);
    }
    const found = look(path, false);
    if (typeof found === 'string') return this.#unreachable(path, found);
    if (found === undefined) return { isEnd: true, isLevel: false, stats: undefined };
    if (!found.isSymbolicLink()) return this.#kind(path, found, isLast, false);
    const target = look(path, true);
    const ownersMatch =
      (options & OPT.SymLinksIfOwnerMatch) !== 0 && typeof target === 'object' && target.uid === found.uid;
    if (typeof target !== 'object' || (!followsAll && !ownersMatch)) {
      logRequest(
        this.#req,
        'error',
        'core',
        'AH00037',
        `Symbolic link not allowed or link target not accessible: ${path}`,
      );
      return 403;
    }
    return this.#kind(path, target, isLast, false);
  }

  #kind(path: string, stats: Stats, isLast: boolean, isAssumed: boolean): number | Step {
    if (stats.isDirectory()) return { isEnd: false, isLevel: true, stats };
    if (stats.isFile()) return { isEnd: true, isLevel: isAssumed && isLast, stats };
    logRequest(
      this.#req,
      'error',
      'core',
      'AH00038',
      `Forbidden: ${path} doesn't point to a file or directory`,
    );
    return 403;
  }

  #unreachable(path: string, code: string): number {
    if (code === 'EACCES') {
      logRequest(
        this.#req,
        'error',
        'core',
        'AH00035',
        `access to ${this.#req.uri} denied (filesystem path '${path}') because search permissions are missing on a component of the path`,
        showErrorCode(code),
      );
    } else {
      logRequest(
        this.#req,
        'error',
        'core',
        'AH00036',
        `access to ${this.#req.uri} failed (filesystem path '${path}')`,
        showErrorCode(code),
      );
    }
    return 403;
  }

  /** Lays the regular-expression sections over the rest, and the whole over the request's config. */
  #finish(): HookResult {
    const req = this.#req;
    const subject = req.filename ?? '';
    for (const section of req.server.directoryMatchSections) {
      if (section.matches(subject, req)) this.#add(section.config);
    }
    const directory = req.finfo?.isDirectory() === true ? subject : parentDirectory(subject);
    const isWhole = req.finfo === this.#whole;
    const isOwn = this.#isOpen && req.finfo?.isFile() === true && isWhole === (req.pathInfo === '');
    const file = isOwn ? subject : undefined;
    noteWalk(req, { server: req.server, directory, matched: this.#matched, file });
    req.dirConfig = this.#currentConfig();
    return OK;
  }
}

function parentDirectory(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** The directory whose walk serves a path. */
function entryDirectory(path: string, whole: Stats): string {
  if (whole.isFile()) return parentDirectory(path);
  return path.endsWith('/') ? path : `${path}/`;
}

const listed = new WeakMap<ReadonlySet<string>, WeakMap<HtaccessOverrides, HtaccessOverrides>>();

/** The same object for the same parts, so that parsed access files are found again. */
function withList(overrides: HtaccessOverrides, list: ReadonlySet<string> | undefined): HtaccessOverrides {
  if (!list) return overrides;
  let byOverrides = listed.get(list);
  if (!byOverrides) listed.set(list, (byOverrides = new WeakMap()));
  let joined = byOverrides.get(overrides);
  if (!joined) byOverrides.set(overrides, (joined = { ...overrides, list }));
  return joined;
}
