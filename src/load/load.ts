import { posix } from 'node:path';
import type { ConfigNode } from '../syntax/tree.ts';
import { readFileInto } from './build.ts';
import { addSource, type LoadContext, report } from './context.ts';
import { diskFiles, errorCode, processEnvironment, reasonOf } from './files.ts';
import { readConfigFile } from './include.ts';
import { ModuleTable } from './module-table.ts';
import type { HtaccessRequest, HtaccessResult, LoadRequest, LoadResult } from './request.ts';

const DEFAULT_SERVER_ROOT = '/etc/apache2';
const DEFAULT_VERSION = '2.4.71';
const MAX_LINE_BYTES = 16 * 1024 * 1024;
const MAX_HTACCESS_LINE_BYTES = 8192;
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
  const { running } = request;
  const ctx = createContext(request, ModuleTable.of(running.modules), true, false);
  ctx.serverRoot = running.serverRoot;
  ctx.sources.push(...running.sources.files);
  for (const flag of running.definitions.flags) ctx.flags.add(flag);
  for (const [name, value] of running.definitions.variables) ctx.variables.set(name, value);
  for (const macro of running.macros) ctx.macros.set(macro.name, { ...macro, uses: [] });
  ctx.hasMacros = running.macros.length > 0;
  const tree: ConfigNode[] = [];
  readFileInto(ctx, addSource(ctx, { path: request.path, text: request.text }), tree);
  return { sources: { files: ctx.sources }, tree, diagnostics: ctx.diagnostics };
}

function read(request: LoadRequest, allModules: boolean, stopsAtLoadModule: boolean): LoadResult {
  const ctx = createContext(request, ModuleTable.create(allModules), false, stopsAtLoadModule);
  ctx.serverRoot = request.serverRoot ?? DEFAULT_SERVER_ROOT;
  for (const flag of request.flags ?? []) ctx.flags.add(flag);
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
    runtimeDir: ctx.runtimeDir,
    isIncomplete: ctx.isIncomplete,
  };
}

function createContext(
  request: Pick<LoadRequest, 'files' | 'env' | 'targetVersion'>,
  modules: ModuleTable,
  isHtaccess: boolean,
  stopsAtLoadModule: boolean,
): LoadContext {
  const [major = 0, minor = 0, patch = 0] = (request.targetVersion ?? DEFAULT_VERSION).split('.').map(Number);
  return {
    files: request.files ?? diskFiles,
    env: request.env ?? processEnvironment(),
    version: [major, minor, patch],
    sources: [],
    diagnostics: [],
    flags: new Set(),
    variables: new Map(),
    macros: new Map(),
    modules,
    includes: [],
    lineLimit: isHtaccess ? MAX_HTACCESS_LINE_BYTES : MAX_LINE_BYTES,
    isHtaccess,
    stopsAtLoadModule,
    serverRoot: '/',
    runtimeDir: undefined,
    includeDepth: 0,
    bytes: 0,
    lines: 0,
    hasMacros: false,
    hasLoadModule: false,
    isIncomplete: false,
    isStopped: false,
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
    const message = `Could not open configuration file ${path}: ${reasonOf(errorCode(error))}`;
    report(ctx, 'load/file-unreadable', message, { file: file.id, start: 0, end: 0 });
    return;
  }
  readConfigFile(ctx, path, text, tree);
}
