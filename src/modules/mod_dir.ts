import { modDir as catalogue } from '../../grammar/catalogue/mod_dir.ts';
import { hook } from '../pipeline/phases.ts';
import type { RequestRecord } from '../pipeline/request.ts';
import { DECLINED, OK, type HookResult } from '../pipeline/status.ts';
import { fastRedirect, subrequestUri } from '../pipeline/subrequest.ts';
import type { Table } from '../pipeline/table.ts';
import { constructUrl, escapePath } from '../pipeline/url.ts';
import type { DirectiveNode } from '../syntax/tree.ts';
import { eachWord } from './arguments.ts';
import { atoi, firstArg, flag } from './core/bind-checks.ts';
import { defineModule, type BindContext, type Module, type ServedDirective } from './module.ts';

/** Type and handler of a directory. */
export const DIRECTORY_TYPE = 'httpd/unix-directory';
/** Handler under which a per-directory rewrite waits for its internal redirect. */
const REWRITE_HANDLER = 'redirect-handler';
const DEFAULT_INDEX: readonly string[] = ['index.html'];

/** Per-directory config; a field that is undefined is inherited. */
interface DirDirConfig {
  /** Names in order; empty: `disabled`. */
  indexNames?: readonly string[];
  slash?: boolean;
  checkHandler?: boolean;
  /** Status of a redirect to the index; 0: none. */
  indexRedirect?: number;
  /** `disabled` in lower case, or a path. */
  fallback?: string;
}

type Served<V> = ServedDirective<undefined, DirDirConfig, V>;

const directoryIndex: Served<readonly string[]> = {
  bind: (_ctx, node) => eachWord(node).map((word) => word.text),
  apply: ({ dir }, names) => {
    const isDisabled = names.length === 1 && names[0]!.toLowerCase() === 'disabled';
    dir.indexNames = isDisabled ? [] : [...(dir.indexNames ?? []), ...names];
  },
};

const REDIRECT_WORDS: ReadonlyMap<string, number> = new Map([
  ['on', 302],
  ['off', 0],
  ['permanent', 301],
  ['temp', 302],
  ['seeother', 303],
]);

function bindIndexRedirect(ctx: BindContext, node: DirectiveNode): number | undefined {
  const word = firstArg(node);
  const known = REDIRECT_WORDS.get(word.text.toLowerCase());
  if (known !== undefined) return known;
  if (!/^[0-9]/.test(word.text)) {
    return ctx.error(word, 'DirectoryIndexRedirect ON|OFF|permanent|temp|seeother|3xx');
  }
  const status = atoi(word.text);
  if (status >= 300 && status < 400) return status;
  return ctx.error(word, 'DirectoryIndexRedirect only accepts values between 300 and 399');
}

function dirField<K extends keyof DirDirConfig>(
  field: K,
  bind: (ctx: BindContext, node: DirectiveNode) => NonNullable<DirDirConfig[K]> | undefined,
): Served<NonNullable<DirDirConfig[K]>> {
  return {
    bind,
    apply: ({ dir }, value) => {
      dir[field] = value;
    },
  };
}

/** Whether a look-up found something to serve: a regular file, or a URL of a backend. */
function isServable(found: RequestRecord): boolean {
  return found.status === 200 && (found.handler === 'proxy-server' || found.finfo?.isFile() === true);
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

/** What a look-up wants told to the client comes with its status. */
function takeOver(req: RequestRecord, found: RequestRecord): HookResult {
  const append = (to: Table, from: Table): void => {
    for (const [name, value] of from) to.add(name, value);
  };
  append(req.notes, found.notes);
  append(req.headersOut, found.headersOut);
  append(req.errHeadersOut, found.errHeadersOut);
  return found.status;
}

function withQuery(req: RequestRecord, uri: string): string {
  return req.args === undefined ? uri : `${uri}?${req.args}`;
}

/** @source httpd modules/mappers/mod_dir.c `fixup_dflt` */
function fixupFallback(req: RequestRecord, fallback: string): HookResult {
  const found = subrequestUri(req, withQuery(req, fallback));
  if (isServable(found)) {
    fastRedirect(req, found);
    return OK;
  }
  if (isRedirect(found.status)) return takeOver(req, found);
  return found.status === 200 || found.status === 404 ? DECLINED : found.status;
}

/** @source httpd modules/mappers/mod_dir.c `fixup_dir` */
function fixupDirectory(req: RequestRecord, dir: DirDirConfig | undefined): HookResult {
  req.handler ??= DIRECTORY_TYPE;
  if (req.pathInfo !== '') return DECLINED;
  if (!req.uri.endsWith('/')) return redirectToSlash(req, dir);
  if (req.handler === REWRITE_HANDLER || (dir?.checkHandler && req.handler !== DIRECTORY_TYPE)) {
    if (req.contentType === DIRECTORY_TYPE) req.contentType = undefined;
    return DECLINED;
  }
  const names = dir?.indexNames ?? DEFAULT_INDEX;
  let failure = 0;
  for (const name of names) {
    const found = subrequestUri(req, withQuery(req, name));
    if (isServable(found)) {
      if (dir?.indexRedirect) {
        req.headersOut.set('Location', constructUrl(req, found.uri));
        return dir.indexRedirect;
      }
      fastRedirect(req, found);
      return OK;
    }
    const isOnly = name === names.at(-1);
    if (isRedirect(found.status) || (isOnly && (found.status === 406 || found.status === 401))) {
      return takeOver(req, found);
    }
    if (found.status !== 404 && found.status !== 200) failure = found.status;
  }
  if (failure !== 0) return failure;
  req.notes.set('dir-index-names', names.join(','));
  return DECLINED;
}

function redirectToSlash(req: RequestRecord, dir: DirDirConfig | undefined): HookResult {
  if (dir?.slash === false) return DECLINED;
  const isGet = req.method === 'GET' || req.method === 'HEAD';
  if (!isGet && req.subprocessEnv.has('redirect-carefully')) return DECLINED;
  req.headersOut.set('Location', constructUrl(req, withQuery(req, `${escapePath(req.uri)}/`)));
  return 301;
}

function fixup(req: RequestRecord): HookResult {
  const dir = modDir.dir(req);
  if (req.finfo?.isDirectory()) return fixupDirectory(req, dir);
  if (req.finfo !== undefined || req.handler !== undefined) return DECLINED;
  const fallback = dir?.fallback;
  if (fallback === undefined || fallback.toLowerCase() === 'disabled') return DECLINED;
  return fixupFallback(req, fallback);
}

/** Index files, the slash at the end of a directory's URL, and the fallback for what is not there. */
export const modDir: Module<undefined, DirDirConfig> = defineModule(catalogue, {
  directives: {
    DirectoryIndex: directoryIndex,
    DirectorySlash: dirField('slash', (_ctx, node) => flag(node)),
    DirectoryCheckHandler: dirField('checkHandler', (_ctx, node) => flag(node)),
    DirectoryIndexRedirect: dirField('indexRedirect', bindIndexRedirect),
    FallbackResource: dirField('fallback', (_ctx, node) => firstArg(node).text),
  },
  createDirConfig: (): DirDirConfig => ({}),
  mergeDirConfig: (base, add) => ({ ...base, ...add }),
  hooks: [hook('fixups', fixup, { order: 'last' })],
});
