import { posix } from 'node:path';
import { type DiagnosticCode, type DiagnosticDetails, diagnostic } from '../diagnostics/codes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { MacroOrigin, SourceFile, Span } from '../source/source.ts';
import type { ConfigFiles } from './files.ts';
import type { ModuleTable } from './module-table.ts';
import type { IncludeEntry, Macro } from './request.ts';

/** At most this many bytes are read and expanded in one load; httpd has no limit and would die of what exceeds it. */
const MAX_TOTAL_BYTES = 512 * 1024 * 1024;

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
  /** Longest line, in bytes. */
  readonly lineLimit: number;
  readonly isHtaccess: boolean;
  /** Stop at the first `LoadModule`, to read again with the listed modules only. */
  readonly stopsAtLoadModule: boolean;
  serverRoot: string;
  runtimeDir: string | undefined;
  includeDepth: number;
  totalBytes: number;
  hasMacros: boolean;
  hasLoadModule: boolean;
  isIncomplete: boolean;
  /** Nothing more is read: a limit was passed, or this reading is to be repeated. */
  isStopped: boolean;
}

export function report(ctx: LoadContext, code: DiagnosticCode, message: string, span: Span, details?: DiagnosticDetails): void {
  ctx.diagnostics.push(diagnostic(code, message, span, details));
}

/** Adds a text to the sources. Past the limit on all texts together, reads nothing more. */
export function addSource(
  ctx: LoadContext,
  source: { readonly path: string; readonly text: string; readonly includedFrom?: Span; readonly macro?: MacroOrigin },
): SourceFile {
  const file = { id: ctx.sources.length, ...source };
  ctx.sources.push(file);
  countBytes(ctx, source.text.length, source.includedFrom ?? { file: file.id, start: 0, end: 0 });
  return file;
}

/** Counts bytes that were read or made. */
export function countBytes(ctx: LoadContext, bytes: number, span: Span): void {
  ctx.totalBytes += bytes + 64;
  if (ctx.totalBytes <= MAX_TOTAL_BYTES || ctx.isStopped) return;
  stop(ctx);
  report(ctx, 'load/too-large', `The configuration is larger than ${MAX_TOTAL_BYTES} bytes once expanded`, span);
}

/** Ends the reading; what follows is missing. */
export function stop(ctx: LoadContext): void {
  ctx.isStopped = true;
  ctx.isIncomplete = true;
}

/** The absolute, normalised form of a path, as `ap_server_root_relative` gives it. */
export function serverRootRelative(ctx: LoadContext, path: string): string {
  return posix.resolve('/', ctx.serverRoot, path);
}
