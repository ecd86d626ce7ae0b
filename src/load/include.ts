import { posix } from 'node:path';
import { compileFnmatch, isWildcard } from '../pattern/fnmatch.ts';
import type { Span } from '../source/source.ts';
import { systemErrorText } from '../source/system-error.ts';
import type { ConfigNode } from '../syntax/tree.ts';
import { readFileInto } from './build.ts';
import { addSource, type LoadContext, report, serverRootRelative, stop } from './context.ts';
import { errorCode } from './files.ts';
import type { OnReadCall } from './on-read.ts';

const MAX_INCLUDE_DEPTH = 128;
const MAX_DIRECTORY_DEPTH = 20;

/** One `Include` line at work. */
interface Inclusion {
  readonly ctx: LoadContext;
  readonly isOptional: boolean;
  readonly span: Span;
  /** The word that names the files. */
  readonly wordSpan: Span;
  readonly into: ConfigNode[];
}

export function include(ctx: LoadContext, call: OnReadCall): void {
  includeFiles(ctx, call, false);
}

export function includeOptional(ctx: LoadContext, call: OnReadCall): void {
  includeFiles(ctx, call, true);
}

/** @source httpd server/core.c `include_config`; server/config.c `ap_process_fnmatch_configs` */
function includeFiles(ctx: LoadContext, { node, children }: OnReadCall, isOptional: boolean): void {
  const word = node.args[0]!;
  if (ctx.includeDepth >= MAX_INCLUDE_DEPTH) {
    const message = `Exceeded maximum include depth of ${MAX_INCLUDE_DEPTH}, There appears to be a recursion.`;
    report(ctx, 'load/include-depth', message, word.span);
    stop(ctx);
    return;
  }
  ctx.includeDepth++;
  const path = serverRootRelative(ctx, word.text);
  const inclusion = { ctx, isOptional, span: node.span, wordSpan: word.span, into: children };
  if (isWildcard(path)) includeMatching(inclusion, '/', path.slice(1).split('/'));
  else includePath(inclusion, path, 0);
  ctx.includeDepth--;
}

/** Reads the main file, or one that an `Include` names exactly. */
export function readConfigFile(
  ctx: LoadContext,
  path: string,
  text: string,
  into: ConfigNode[],
  includedFrom?: Span,
): void {
  const file = addSource(ctx, includedFrom === undefined ? { path, text } : { path, text, includedFrom });
  ctx.includes.push({ file: file.id, depth: ctx.includeDepth });
  readFileInto(ctx, file, into);
}

/** Walks the segments of a pattern from a directory on. */
function includeMatching(inclusion: Inclusion, directory: string, segments: readonly string[]): void {
  const { ctx, isOptional } = inclusion;
  const [segment = '', ...rest] = segments;
  if (!isWildcard(segment)) {
    const path = posix.join(directory, segment);
    if (rest.length === 0) includePath(inclusion, path, 0);
    else includeMatching(inclusion, path, rest);
    return;
  }
  const names = listDirectory(
    inclusion,
    directory,
    `Include/IncludeOptional: Could not open directory ${directory}`,
  );
  if (names === undefined) return;
  const matches = compileFnmatch(segment, { period: true });
  const matching = names
    .filter(matches)
    .map((name) => posix.join(directory, name))
    .filter((path) => rest.length === 0 || ctx.files.kind(path) === 'directory');
  if (matching.length === 0 && !isOptional) {
    const message = `Include/IncludeOptional: No matches for the wildcard '${segment}' in '${directory}', failing`;
    fail(inclusion, 'load/no-match', message, 'use IncludeOptional when it may match nothing');
  }
  for (const path of matching) {
    if (ctx.isStopped) return;
    if (rest.length === 0) includePath(inclusion, path, 0);
    else includeMatching(inclusion, path, rest);
  }
}

/** A file, or a directory with all that is in it. */
function includePath(inclusion: Inclusion, path: string, depth: number): void {
  const { ctx, isOptional, span, into } = inclusion;
  const kind = ctx.files.kind(path);
  if (kind === 'directory') {
    includeDirectory(inclusion, path, depth + 1);
    return;
  }
  if (kind === undefined && isOptional) return;
  if (kind === 'other' && path !== '/dev/null') {
    const message = `Could not open configuration file ${path}: Bad file descriptor`;
    fail(inclusion, 'load/not-a-regular-file', message, 'it is not a regular file');
    return;
  }
  const text = kind === 'other' ? '' : readText(inclusion, path);
  if (text !== undefined) readConfigFile(ctx, path, text, into, span);
}

function includeDirectory(inclusion: Inclusion, path: string, depth: number): void {
  if (depth > MAX_DIRECTORY_DEPTH) {
    const message = `Directory ${path} exceeds the maximum include directory nesting level of ${MAX_DIRECTORY_DEPTH}. You have probably a recursion somewhere.`;
    fail(inclusion, 'load/include-depth', message);
    stop(inclusion.ctx);
    return;
  }
  const names = listDirectory(inclusion, path, `Could not open config directory ${path}`);
  for (const name of names ?? []) {
    if (inclusion.ctx.isStopped) return;
    includePath(inclusion, posix.join(path, name), depth);
  }
}

/** Names in a directory, by their bytes; undefined when it cannot be read. */
function listDirectory(inclusion: Inclusion, path: string, message: string): string[] | undefined {
  try {
    return [...inclusion.ctx.files.list(path)].sort((a, b) => (a < b ? -1 : 1));
  } catch (error) {
    const code = errorCode(error);
    if (code !== 'ENOENT' || !inclusion.isOptional) {
      fail(inclusion, 'load/directory-unreadable', `${message}: ${systemErrorText(code)}`);
    }
    return undefined;
  }
}

function readText(inclusion: Inclusion, path: string): string | undefined {
  try {
    return inclusion.ctx.files.read(path);
  } catch (error) {
    const reason = systemErrorText(errorCode(error));
    fail(inclusion, 'load/file-unreadable', `Could not open configuration file ${path}: ${reason}`);
    return undefined;
  }
}

function fail(
  inclusion: Inclusion,
  code: Parameters<typeof report>[1],
  message: string,
  help?: string,
): void {
  inclusion.ctx.isIncomplete = true;
  report(inclusion.ctx, code, message, inclusion.wordSpan, help === undefined ? undefined : { help });
}
