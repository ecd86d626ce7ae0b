import type { Edit } from '../diagnostics/diagnostic.ts';
import type { SourceFile, SourceSet, Span } from '../source/source.ts';
import type { SectionNode } from '../syntax/tree.ts';

function fileOf(sources: SourceSet, span: Span): SourceFile {
  return sources.files[span.file]!;
}

/** The span from the start of its first physical line to behind the line feed of its last. */
export function wholeLines(sources: SourceSet, span: Span): Span {
  const { text } = fileOf(sources, span);
  const start = text.lastIndexOf('\n', span.start - 1) + 1;
  const feed = text.indexOf('\n', Math.max(span.end - 1, span.start));
  return { file: span.file, start, end: feed < 0 ? text.length : feed + 1 };
}

/** The line end that a file uses: that of its first line. */
export function lineEndOf(sources: SourceSet, span: Span): string {
  const { text } = fileOf(sources, span);
  return text[text.indexOf('\n') - 1] === '\r' ? '\r\n' : '\n';
}

/** Edits that take the lines of `moved` away and put them in front of the lines of `target`, in the same file. */
export function moveLinesBefore(sources: SourceSet, moved: Span, target: Span): Edit[] | undefined {
  if (moved.file !== target.file) return undefined;
  const lines = wholeLines(sources, moved);
  const before = wholeLines(sources, target);
  const { text } = fileOf(sources, moved);
  const cut = text.slice(lines.start, lines.end);
  const inserted = cut.endsWith('\n') ? cut : cut + lineEndOf(sources, moved);
  return [
    { span: { file: moved.file, start: before.start, end: before.start }, text: inserted },
    { span: lines, text: '' },
  ];
}

/** An edit that takes the lines of a span away. */
export function removeLines(sources: SourceSet, span: Span): Edit {
  return { span: wholeLines(sources, span), text: '' };
}

/** An edit that takes a word away, with the blanks before it. */
export function removeWord(sources: SourceSet, span: Span): Edit {
  const { text } = fileOf(sources, span);
  let { start } = span;
  while (/[ \t]/.test(text[start - 1] ?? '')) start--;
  return { span: { ...span, start }, text: '' };
}

/** A section's lines from its opening to its closing one; undefined when it isn't closed, or in another file. */
export function sectionSpan({ span, close }: Pick<SectionNode, 'span' | 'close'>): Span | undefined {
  return close?.file === span.file ? { ...span, end: close.end } : undefined;
}

/** The blanks that a line starts with; undefined when something else stands before what is at the span. */
function indentOf(sources: SourceSet, span: Span): string | undefined {
  const { text } = fileOf(sources, span);
  const indent = text.slice(text.lastIndexOf('\n', span.start - 1) + 1, span.start);
  return /^[ \t]*$/.test(indent) ? indent : undefined;
}

/** An edit that puts lines in the place of a line, as far in as that one; undefined when the line is not alone. */
export function replaceLine(sources: SourceSet, span: Span, lines: readonly string[]): Edit | undefined {
  const indent = indentOf(sources, span);
  return indent === undefined ? undefined : { span, text: lines.join(lineEndOf(sources, span) + indent) };
}

/** An edit that puts lines in front of a line, as far in as that one; undefined when the line is not alone. */
export function insertBefore(sources: SourceSet, span: Span, lines: readonly string[]): Edit | undefined {
  const indent = indentOf(sources, span);
  if (indent === undefined) return undefined;
  const start = span.start - indent.length;
  const text = lines.map((line) => indent + line + lineEndOf(sources, span)).join('');
  return { span: { ...span, start, end: start }, text };
}

/** An edit that puts lines behind those of a span, as far in as the first of them; undefined when it is not alone. */
export function insertBehind(sources: SourceSet, span: Span, lines: readonly string[]): Edit | undefined {
  const indent = indentOf(sources, span);
  if (indent === undefined) return undefined;
  const { end } = wholeLines(sources, span);
  const feed = lineEndOf(sources, span);
  const isLast = fileOf(sources, span).text[end - 1] !== '\n';
  const text = lines.map((line) => (isLast ? feed + indent + line : indent + line + feed)).join('');
  return { span: { ...span, start: end, end }, text };
}
