import { logicalLineEnd } from '../../grammar/config/logical-line.ts';
import { fileOf, lineIndexOf } from '../source/line-index.ts';
import type { SourceSet, Span } from '../source/source.ts';

/** The line number that httpd gives for a span: that of the last physical line of the logical line it starts on. */
export function httpdLine(sources: SourceSet, span: Span): number {
  const file = fileOf(sources, span.file);
  return lineIndexOf(file).lineAt(logicalLineEnd(file.text, span.start));
}
