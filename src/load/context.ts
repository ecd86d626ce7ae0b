import { posix } from 'node:path';
import type { CatalogueRow } from '../../grammar/catalogue/types.ts';
import { type DiagnosticCode, type DiagnosticDetails, diagnostic } from '../diagnostics/codes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { MacroOrigin, SourceFile, Span } from '../source/source.ts';
import type { ConfigFiles } from './files.ts';
import type { ModuleTable } from './module-table.ts';
import type { IncludeEntry, Macro } from './request.ts';

/** How large one load may become: lines read; bytes of files, expansions and values, with an allowance for each text. */
export interface LoadLimits {
  readonly lines: number;
  readonly bytes: number;
  /** Longest line. */
  readonly lineBytes: number;
}

const BYTES_PER_SOURCE = 1024;

/** What reading has made so far. One load owns one context. */
export interface LoadContext {
  readonly files: ConfigFiles;
  readonly env: ReadonlyMap<string, string>;
  readonly version: readonly [major: number, minor: number, patch: number];
  readonly sources: SourceFile[];
  readonly diagnostics: Diagnostic[];
  readonly flags: Set<string>;
  readonly variables: Map<string, string>;
  readonly macros: Map<string, Macro & { readonly uses: Span[] }>;
  readonly modules: ModuleTable;
  readonly includes: IncludeEntry[];
  readonly limits: LoadLimits;
  /** Undefined in server configuration, where all that is executed while reading may stand. */
  readonly htaccess:
    { readonly admits: (row: CatalogueRow) => boolean; readonly ignoresForbidden: boolean } | undefined;
  /** Stop at the first `LoadModule`, to read again with the listed modules only. */
  readonly stopsAtLoadModule: boolean;
  serverRoot: string;
  serverRootSpan: Span | undefined;
  runtimeDir: string | undefined;
  includeDepth: number;
  /** Sections and conditions that are open, in all files that are being read. */
  depth: number;
  bytes: number;
  lines: number;
  hasMacros: boolean;
  hasLoadModule: boolean;
  isIncomplete: boolean;
  /** Nothing more is read: a limit was passed, or this reading is to be repeated. */
  isStopped: boolean;
}

export function report(
  ctx: LoadContext,
  code: DiagnosticCode,
  message: string,
  span: Span,
  details?: DiagnosticDetails,
): void {
  ctx.diagnostics.push(diagnostic(code, message, span, details));
}

/** Adds a text to the sources. Past the limit on all texts together, reads nothing more. */
export function addSource(
  ctx: LoadContext,
  source: {
    readonly path: string;
    readonly text: string;
    readonly includedFrom?: Span;
    readonly macro?: MacroOrigin;
  },
): SourceFile {
  const file: SourceFile = { id: ctx.sources.length, ...source };
  ctx.sources.push(file);
  const cost = file.text.length + file.path.length + BYTES_PER_SOURCE;
  countBytes(ctx, cost, file.includedFrom ?? { file: file.id, start: 0, end: 0 });
  return file;
}

/** Counts bytes that were read or made. */
export function countBytes(ctx: LoadContext, bytes: number, span: Span): void {
  ctx.bytes += bytes;
  if (ctx.bytes > ctx.limits.bytes) stopTooLarge(ctx, `more than ${ctx.limits.bytes} bytes`, span);
}

/** Counts one line that was read. */
export function countLine(ctx: LoadContext, span: Span): void {
  ctx.lines++;
  if (ctx.lines > ctx.limits.lines) stopTooLarge(ctx, `more than ${ctx.limits.lines} lines`, span);
}

function stopTooLarge(ctx: LoadContext, size: string, span: Span): void {
  if (ctx.isStopped) return;
  stop(ctx);
  report(ctx, 'load/too-large', `The configuration comes to ${size}`, span);
}

/** Ends the reading; what follows is missing. */
export function stop(ctx: LoadContext): void {
  ctx.isStopped = true;
  ctx.isIncomplete = true;
}

/** The absolute, normalised form of a path; a trailing slash stays. @source httpd server/config.c, `ap_server_root_relative` */
export function serverRootRelative(ctx: LoadContext, path: string): string {
  const absolute = posix.resolve('/', ctx.serverRoot, path);
  return path.endsWith('/') && absolute !== '/' ? `${absolute}/` : absolute;
}
