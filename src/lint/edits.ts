import type { Edit } from '../diagnostics/diagnostic.ts';
import type { SourceFile, SourceSet, Span } from '../source/source.ts';

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
