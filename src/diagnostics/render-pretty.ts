import { fileOf, lineIndexOf, positionOf } from '../source/line-index.ts';
import type { SourceSet, Span } from '../source/source.ts';
import type { Diagnostic, Severity } from './diagnostic.ts';
import { originsOf, readable } from './place.ts';

export interface PrettyOptions {
  /** With escape sequences for a terminal. Default: false. */
  readonly color?: boolean;
}

type Style = Severity | 'dim' | 'bold';
type Paint = (style: Style, text: string) => string;

const STYLES: Readonly<Record<Style, string>> = {
  error: '1;31',
  warning: '1;33',
  info: '1;36',
  hint: '1;32',
  dim: '2',
  bold: '1',
};

/** Longest piece of a line that is shown, in characters. */
const MAX_EXCERPT = 140;
const CONTEXT_BEFORE = 60;
/** How many of the lines that brought a file in are shown: a file that includes itself has over a hundred. */
const MAX_ORIGINS = 8;

/**
 * Each diagnostic with its place, the line it is on and an underline, the lines that brought the file in, the related
 * places, and what to do.
 */
export function renderPretty(
  sources: SourceSet,
  diagnostics: readonly Diagnostic[],
  options: PrettyOptions = {},
): string {
  const paint: Paint =
    options.color === true ? (style, text) => `\u001b[${STYLES[style]}m${text}\u001b[0m` : (_, text) => text;
  return diagnostics.map((diagnostic) => `${renderOne(sources, diagnostic, paint).join('\n')}\n\n`).join('');
}

function renderOne(sources: SourceSet, diagnostic: Diagnostic, paint: Paint): string[] {
  const { severity, message, code, span, related = [], help, fix } = diagnostic;
  const lines = [
    `${paint(severity, severity)}: ${paint('bold', readable(message))} ${paint('dim', `[${code}]`)}`,
  ];
  lines.push(...excerpt(sources, span, severity, paint));
  const origins = originsOf(sources, span);
  for (const origin of origins.slice(0, MAX_ORIGINS)) {
    const what =
      origin.kind === 'include' ? 'included from' : `in macro '${readable(origin.name ?? '')}' used at`;
    lines.push(`   ${paint('dim', '=')} ${what} ${readable(origin.path)}:${origin.line}`);
  }
  if (origins.length > MAX_ORIGINS)
    lines.push(`   ${paint('dim', '=')} and ${origins.length - MAX_ORIGINS} more such lines`);
  for (const place of related) {
    lines.push(
      `   ${paint('dim', '=')} ${readable(place.message)}:`,
      ...excerpt(sources, place.span, 'info', paint),
    );
  }
  if (help !== undefined) lines.push(`   ${paint('dim', '=')} help: ${readable(help)}`);
  if (fix !== undefined) lines.push(`   ${paint('dim', '=')} fix (${fix.kind}): ${fix.title}`);
  return lines;
}

/** Where a span is, and the line it starts on with an underline; the lines of a macro's expansion are shown expanded. */
function excerpt(sources: SourceSet, span: Span, style: Style, paint: Paint): string[] {
  const file = fileOf(sources, span.file);
  const index = lineIndexOf(file);
  const position = positionOf(sources, span);
  const line = index.lineAt(span.start);
  const text = index.lineText(line);
  const from = span.start - index.lineStart(line);
  const to = Math.max(from + 1, Math.min(span.end - index.lineStart(line), text.length));
  const cut = from > MAX_EXCERPT - CONTEXT_BEFORE ? from - CONTEXT_BEFORE : 0;
  const shown = readable(text.slice(cut, cut + MAX_EXCERPT));
  const before = readable(text.slice(cut, from)).length;
  const width = Math.max(1, Math.min(readable(text.slice(from, to)).length, shown.length - before));
  const number = String(position.line).padStart(5);
  const margin = ' '.repeat(number.length);
  const place = `${margin.slice(1)}${paint('dim', '-->')} ${readable(position.path)}:${position.line}:${position.column}`;
  // A file that is empty or could not be read has nothing to show.
  if (file.text === '') return [place];
  return [
    place,
    `${paint('dim', `${number} |`)} ${shown}`,
    `${paint('dim', `${margin} |`)} ${' '.repeat(before)}${paint(style, '^'.repeat(width))}`,
  ];
}
