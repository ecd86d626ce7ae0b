import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { renderCompact } from '../diagnostics/render-compact.ts';
import { renderPretty } from '../diagnostics/render-pretty.ts';
import { readable } from '../diagnostics/place.ts';
import { positionOf } from '../source/line-index.ts';
import type { SourceSet, Span } from '../source/source.ts';

/** Where the command says things: standard error, or the file of `-E`. */
export type Say = (text: string) => void;

/** One line of the program's own, without a place. */
export function sayLine(say: Say, message: string): void {
  say(`httpd-gateway: ${readable(message)}\n`);
}

/** `file:line:col` of a span. */
export function placeOf(sources: SourceSet, span: Span): string {
  const { path, line, column } = positionOf(sources, span);
  return `${readable(path)}:${line}:${column}`;
}

/** How diagnostics are shown: with excerpts to people, a line each in a log. */
export type ReportStyle = 'pretty' | 'compact';

/** Every error, then every warning; hints and notes are lint's business. */
export function sayDiagnostics(
  say: Say,
  sources: SourceSet,
  diagnostics: readonly Diagnostic[],
  style: ReportStyle = 'pretty',
): void {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  const warnings = diagnostics.filter((diagnostic) => diagnostic.severity === 'warning');
  const shown = [...errors, ...warnings];
  if (shown.length === 0) return;
  const color = process.stderr.isTTY === true && process.env['NO_COLOR'] === undefined;
  say(style === 'compact' ? renderCompact(sources, shown) : renderPretty(sources, shown, { color }));
}
