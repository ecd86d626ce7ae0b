import type { CatalogueRow } from '../../grammar/catalogue/types.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { FileId, SourceSet, Span } from '../source/source.ts';
import type { ConfigNode } from '../syntax/tree.ts';
import type { ConfigFiles } from './files.ts';

/**
 * Which modules count as loaded. `auto`: those of the `LoadModule` lines and those compiled into Debian's binary, or
 * every module when no `LoadModule` line is executed; `listed`: the former always; `all`: every module always.
 */
export type ModulePolicy = 'auto' | 'listed' | 'all';

/** What to read, and in which surroundings. All texts and paths are latin1 byte strings. */
export interface LoadRequest {
  /** Main file; relative to `serverRoot`. */
  readonly rootPath: string;
  /** The main file's text, when it is not to be read from disk. */
  readonly text?: string;
  /** Until a `ServerRoot` directive says otherwise. Default: Debian's `/etc/apache2`. */
  readonly serverRoot?: string;
  /** Names given with `-D`. */
  readonly flags?: readonly string[];
  /** Directives given with `-C` and `-c`. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  /** For `${NAME}`. Default: this process's. */
  readonly env?: ReadonlyMap<string, string>;
  /** For `<IfVersion>`. Default: 2.4.71. */
  readonly targetVersion?: string;
  readonly modules?: ModulePolicy;
  readonly files?: ConfigFiles;
}

export interface LoadedModule {
  /** `alias_module`. */
  readonly identifier: string;
  /** `mod_alias.c`; guessed from the file name for a module that the catalogue lacks. */
  readonly source: string;
  readonly kind: 'static' | 'shared';
  /** Its `LoadModule` line. */
  readonly span?: Span;
  /** The shared object as written there. */
  readonly path?: string;
}

/** The names and values that `Define` and `-D` have made. */
export interface Definitions {
  /** For `<IfDefine>`: case counts. In the order of definition. */
  readonly flags: readonly string[];
  /** For `${NAME}`: keys in lower case, since httpd looks them up regardless of case. */
  readonly variables: ReadonlyMap<string, string>;
}

export interface MacroLine {
  readonly text: string;
  readonly span: Span;
}

export interface Macro {
  /** In lower case. */
  readonly name: string;
  readonly parameters: readonly string[];
  readonly body: readonly MacroLine[];
  /** The `<Macro>` line. */
  readonly defined: Span;
  readonly uses: readonly Span[];
}

/** One opening of a file, for `-D DUMP_INCLUDES`. */
export interface IncludeEntry {
  readonly file: FileId;
  /** 0 for the main file. */
  readonly depth: number;
}

/** A configuration as httpd has it after reading: plain data, cloneable. */
export interface LoadResult {
  readonly sources: SourceSet;
  readonly tree: readonly ConfigNode[];
  /** In the order of reading; the first error is the one that httpd stops at. */
  readonly diagnostics: readonly Diagnostic[];
  readonly definitions: Definitions;
  /** In load order, those compiled in first. */
  readonly modules: readonly LoadedModule[];
  /** A `LoadModule` line was executed. */
  readonly hasLoadModule: boolean;
  readonly includes: readonly IncludeEntry[];
  readonly macros: readonly Macro[];
  readonly serverRoot: string;
  /** The `ServerRoot` line that set it. */
  readonly serverRootSpan: Span | undefined;
  readonly runtimeDir: string | undefined;
  /** Something could not be read: parts of the configuration are missing from the tree. */
  readonly isIncomplete: boolean;
}

/** One `.htaccess` to read. */
export interface HtaccessRequest {
  readonly path: string;
  readonly text: string;
  /** The configuration that is running: its names, modules and macros are there. */
  readonly running: Pick<LoadResult, 'sources' | 'definitions' | 'modules' | 'macros' | 'serverRoot'>;
  /** Whether the overrides in force admit a directive. Default: each that may ever stand in `.htaccess`. */
  readonly admits?: (row: CatalogueRow) => boolean;
  /** `Nonfatal=Override`: a line that is not admitted is ignored with a warning. */
  readonly ignoresForbidden?: boolean;
  readonly env?: ReadonlyMap<string, string>;
  readonly targetVersion?: string;
  readonly files?: ConfigFiles;
}

/** `sources` begins with those of the running configuration, so that its spans stay good. */
export type HtaccessResult = Pick<LoadResult, 'sources' | 'tree' | 'diagnostics'>;
