import { posix } from 'node:path';
import { systemErrorText } from '../source/system-error.ts';
import type { ConfigNode } from '../syntax/tree.ts';
import { readFileInto } from './build.ts';
import { addSource, type LoadContext, type LoadLimits, report } from './context.ts';
import { diskFiles, errorCode, processEnvironment } from './files.ts';
import { readConfigFile } from './include.ts';
import { ModuleTable } from './module-table.ts';
import type { HtaccessRequest, HtaccessResult, LoadRequest, LoadResult } from './request.ts';

const DEFAULT_SERVER_ROOT = '/etc/apache2';
const DEFAULT_VERSION = '2.4.71';
/** httpd limits lines only, and dies of macros that double at each level. An `.htaccess` is its author's, not the administrator's. */
const LIMITS: LoadLimits = { lines: 2_000_000, bytes: 256 * 1024 * 1024, lineBytes: 16 * 1024 * 1024 };
const HTACCESS_LIMITS: LoadLimits = { lines: 100_000, bytes: 32 * 1024 * 1024, lineBytes: 8192 };
const COMMAND_LINE = '<-C/-c directives>';

/**
 * The complete configuration that a main file stands for: what httpd has after its read pass.
 *
 * Every problem is in `diagnostics`; nothing is thrown for what a configuration or a disk may hold. Which modules are
 * loaded is not known before the first `LoadModule` line, so with policy `auto` reading starts with all of them, and
 * starts again with the listed ones at the first such line.
 */
export function load(request: LoadRequest): LoadResult {
  const policy = request.modules ?? 'auto';
  if (policy !== 'auto') return read(request, policy === 'all', false);
  const all = read(request, true, true);
  if (!all.hasLoadModule) return all;
  const listed = read(request, false, false);
  // the line may stand in a condition that holds only when every module is there
  return listed.hasLoadModule ? listed : read(request, true, false);
}

/** The tree of one `.htaccess`, read with what the running configuration has defined and loaded. */
export function loadHtaccess(request: HtaccessRequest): HtaccessResult {
  const { running, admits, ignoresForbidden = false } = request;
  const surroundings = surroundingsOf(running);
  const ctx = createContext(request, {
    ...surroundings,
    serverRoot: running.serverRoot,
    sources: [...running.sources.files],
    macros: new Map(running.macros.map((macro) => [macro.name, { ...macro, uses: [] }])),
    hasMacros: running.macros.length > 0,
    limits: HTACCESS_LIMITS,
    htaccess: { admits: admits ?? ((row) => row.override.length > 0), ignoresForbidden },
  });
  const tree: ConfigNode[] = [];
  readFileInto(ctx, addSource(ctx, { path: request.path, text: request.text }), tree);
  return { sources: { files: ctx.sources }, tree, diagnostics: ctx.diagnostics };
}

type Surroundings = Pick<LoadContext, 'modules' | 'flags' | 'variables'>;

/** What every `.htaccess` of one configuration shares: nothing in it may define a name or load a module. */
const surroundingsByRunning = new WeakMap<HtaccessRequest['running'], Surroundings>();

function surroundingsOf(running: HtaccessRequest['running']): Surroundings {
  let surroundings = surroundingsByRunning.get(running);
  if (surroundings === undefined) {
    surroundings = {
      modules: ModuleTable.of(running.modules),
      flags: new Set(running.definitions.flags),
      variables: new Map(running.definitions.variables),
    };
    surroundingsByRunning.set(running, surroundings);
  }
  return surroundings;
}

function read(request: LoadRequest, allModules: boolean, stopsAtLoadModule: boolean): LoadResult {
  const ctx = createContext(request, {
    modules: ModuleTable.create(allModules),
    flags: new Set(request.flags),
    variables: new Map(),
    serverRoot: request.serverRoot ?? DEFAULT_SERVER_ROOT,
    stopsAtLoadModule,
  });
  const tree: ConfigNode[] = [];
  readCommandLine(ctx, request.before, tree);
  readMainFile(ctx, request, tree);
  readCommandLine(ctx, request.after, tree);
  return {
    sources: { files: ctx.sources },
    tree,
    diagnostics: ctx.diagnostics,
    definitions: { flags: [...ctx.flags], variables: ctx.variables },
    modules: ctx.modules.loaded,
    hasLoadModule: ctx.hasLoadModule,
    includes: ctx.includes,
    macros: [...ctx.macros.values()],
    serverRoot: ctx.serverRoot,
    serverRootSpan: ctx.serverRootSpan,
    runtimeDir: ctx.runtimeDir,
    isIncomplete: ctx.isIncomplete,
  };
}

function createContext(
  request: Pick<LoadRequest, 'files' | 'env' | 'targetVersion'>,
  start: Surroundings & Pick<LoadContext, 'serverRoot'> & Partial<LoadContext>,
): LoadContext {
  const [major = 0, minor = 0, patch = 0] = (request.targetVersion ?? DEFAULT_VERSION).split('.').map(Number);
  return {
    files: request.files ?? diskFiles,
    env: request.env ?? processEnvironment(),
    version: [major, minor, patch],
    sources: [],
    diagnostics: [],
    macros: new Map(),
    includes: [],
    limits: LIMITS,
    htaccess: undefined,
    stopsAtLoadModule: false,
    serverRootSpan: undefined,
    runtimeDir: undefined,
    includeDepth: 0,
    depth: 0,
    bytes: 0,
    lines: 0,
    hasMacros: false,
    hasLoadModule: false,
    isIncomplete: false,
    isStopped: false,
    ...start,
  };
}

/** `-C` and `-c`: each is one line of a text of its own. */
function readCommandLine(
  ctx: LoadContext,
  directives: readonly string[] | undefined,
  tree: ConfigNode[],
): void {
  if (directives === undefined || directives.length === 0) return;
  const text = directives.map((line) => `${line}\n`).join('');
  readFileInto(ctx, addSource(ctx, { path: COMMAND_LINE, text }), tree);
}

function readMainFile(ctx: LoadContext, request: LoadRequest, tree: ConfigNode[]): void {
  const path = posix.resolve('/', ctx.serverRoot, request.rootPath);
  let text = request.text;
  try {
    text ??= ctx.files.read(path);
  } catch (error) {
    const file = addSource(ctx, { path, text: '' });
    ctx.isIncomplete = true;
    const message = `Could not open configuration file ${path}: ${systemErrorText(errorCode(error))}`;
    report(ctx, 'load/file-unreadable', message, { file: file.id, start: 0, end: 0 });
    return;
  }
  readConfigFile(ctx, path, text, tree);
}
