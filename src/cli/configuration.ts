import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import { bindConfig } from '../bind/bind.ts';
import type { BoundConfig } from '../bind/bound.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { load } from '../load/load.ts';
import type { LoadRequest, LoadResult } from '../load/request.ts';
import { fsPath } from '../source/fs-path.ts';
import type { SectionNode } from '../syntax/tree.ts';
import type { ServerArguments } from './arguments.ts';
import { exampleFile } from './package-files.ts';
import { mainDirectives } from './process-settings.ts';

/** Where Debian's httpd looks for its configuration. */
const HTTPD_ROOT = '/etc/apache2';
const DEFAULT_FILE = 'apache2.conf';

const FIRST_FREE_PORT = 1024;
/** Debian's list of media types, which its httpd reads, too. */
const SYSTEM_TYPES = '/etc/mime.types';

/** Folders beside a fragment that look like a document root. */
const DOCUMENT_FOLDERS = ['htdocs', 'public', 'public_html', 'www', 'html', 'web'];

/** A configuration, read and bound, with what was assumed where a fragment is silent. */
export interface Configuration {
  /** Absolute path of the main file. */
  readonly path: string;
  readonly loaded: LoadResult;
  readonly bound: BoundConfig;
  readonly diagnostics: readonly Diagnostic[];
  readonly hasErrors: boolean;
  /** A file without LoadModule: not a whole server's configuration. */
  readonly isFragment: boolean;
  readonly assumptions: readonly string[];
  /** `--port-map`, and the ports that a fragment's user may open in place of those that need root. */
  readonly portMap: ReadonlyMap<number, number>;
}

const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/**
 * The absolute path of the file that `-f` and `-d` name. httpd takes a relative `-f` from ServerRoot; without `-d`
 * a file in the current directory goes before.
 */
export function configPath(args: Pick<ServerArguments, 'file' | 'serverRoot'>): string {
  const cwd = latin1(process.cwd());
  if (args.file === undefined) return posix.resolve(args.serverRoot ?? HTTPD_ROOT, DEFAULT_FILE);
  const here = posix.resolve(cwd, args.file);
  if (args.serverRoot === undefined && existsSync(fsPath(here))) return here;
  return posix.resolve(cwd, args.serverRoot ?? HTTPD_ROOT, args.file);
}

/** Reads and binds the configuration of a command line. Everything that is wrong with it is in `diagnostics`. */
export function readConfiguration(args: ServerArguments): Configuration {
  const path = configPath(args);
  const request: LoadRequest = {
    rootPath: path,
    serverRoot: posix.resolve(latin1(process.cwd()), args.serverRoot ?? HTTPD_ROOT),
    flags: args.flags,
    before: args.before,
    after: args.after,
  };
  const first = load(request);
  const portMap = new Map(args.portMap);
  if (first.hasLoadModule) return finish(args, path, first, false, [], portMap);
  const setsServerRoot = args.serverRoot !== undefined || first.serverRootSpan !== undefined;
  const serverRoot = setsServerRoot ? first.serverRoot : posix.dirname(path);
  // A fragment's includes stand beside it.
  const based = setsServerRoot ? first : load({ ...request, serverRoot });
  const isFragment = !based.hasLoadModule && !based.isIncomplete;
  if (!isFragment) return finish(args, path, first, false, [], portMap);
  const assumptions = ['no LoadModule: every module that the gateway knows counts as loaded'];
  const defaults = fragmentDefaults(based, serverRoot, args, assumptions, portMap);
  if (!setsServerRoot) assumptions.push(`no ServerRoot: relative paths start at ${serverRoot}`);
  const loaded =
    defaults.length === 0 ? based : load({ ...request, serverRoot, after: [...defaults, ...args.after] });
  return finish(args, path, loaded, true, assumptions, portMap);
}

function finish(
  { skipsDocumentRootCheck }: ServerArguments,
  path: string,
  loaded: LoadResult,
  isFragment: boolean,
  assumptions: readonly string[],
  portMap: ReadonlyMap<number, number>,
): Configuration {
  const bound = bindConfig(loaded, { mayTouchDisk: !skipsDocumentRootCheck });
  const diagnostics = bound.diagnostics;
  const hasErrors = diagnostics.some((diagnostic) => diagnostic.severity === 'error');
  return { path, loaded, bound, diagnostics, hasErrors, isFragment, assumptions, portMap };
}

/** Lines that a fragment lacks, to be read after it; each is told of in `assumptions`. */
function fragmentDefaults(
  loaded: LoadResult,
  serverRoot: string,
  args: ServerArguments,
  assumptions: string[],
  portMap: Map<number, number>,
): readonly string[] {
  const directives = mainDirectives(loaded);
  const lines: string[] = [];
  const assume = (line: string, why: string): void => {
    lines.push(line);
    assumptions.push(`${why}: ${line}`);
  };
  if (!directives.has('servername')) assume('ServerName localhost', 'no ServerName');
  if (!directives.has('documentroot')) {
    const folder =
      DOCUMENT_FOLDERS.find((name) => existsSync(fsPath(posix.join(serverRoot, name)))) ?? 'htdocs';
    const root = posix.join(serverRoot, folder);
    if (existsSync(fsPath(root))) assume(`DocumentRoot "${root}"`, 'no DocumentRoot');
  }
  if (!directives.has('typesconfig') && !existsSync(fsPath(posix.join(serverRoot, 'mime.types')))) {
    const types = existsSync(SYSTEM_TYPES) ? SYSTEM_TYPES : latin1(exampleFile('mime.types'));
    assume(`TypesConfig "${types}"`, 'no TypesConfig');
  }
  if (!directives.has('listen') && args.listen.length === 0) {
    for (const port of virtualHostPorts(loaded)) {
      assume(`Listen ${port}`, 'no Listen');
      if (portMap.has(port) || port >= FIRST_FREE_PORT || process.getuid?.() === 0) continue;
      // Only root may open it; virtual hosts still see the connection as one to their port.
      portMap.set(port, 8000 + port);
      assumptions.push(`port ${port} is opened as ${8000 + port}, which needs no root`);
    }
  }
  return lines;
}

/** Ports that the virtual hosts ask for; 8080 when they ask for none. */
function virtualHostPorts(loaded: LoadResult): readonly number[] {
  const ports = new Set<number>();
  for (const node of loaded.tree) {
    if (node.kind !== 'section' || node.name.text.toLowerCase() !== 'virtualhost') continue;
    for (const port of portsOf(node)) ports.add(port);
  }
  return ports.size > 0 ? [...ports] : [8080];
}

function portsOf(section: SectionNode): readonly number[] {
  return section.args
    .map((word) => Number(/:([0-9]{1,5})$/.exec(word.text)?.[1]))
    .filter((port) => port >= 1 && port <= 65535);
}
