import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { lineIndexOf } from '../source/line-index.ts';
import { BINARY_FILE, BYTE_ORDER_MARK } from './built-in.ts';
import type { LintOutcome } from './lint.ts';

const MARK = '\u00ef\u00bb\u00bf';

/**
 * The outcome with what is wrong with files as such: one that holds zero bytes has only that finding, since nothing
 * else that could be said of it would be true.
 */
export function withInputFindings(outcome: LintOutcome): LintOutcome {
  const found: Diagnostic[] = [];
  const binary = new Set<number>();
  const marked = new Set<number>();
  for (const { id, text, macro } of outcome.sources.files) {
    if (macro !== undefined) continue;
    const zero = text.indexOf('\0');
    if (zero >= 0) {
      binary.add(id);
      found.push({
        code: BINARY_FILE,
        severity: 'error',
        message: 'The file holds zero bytes: it is no configuration text',
        span: { file: id, start: zero, end: zero + 1 },
        help: 'it was not analysed; leave it out of the includes, or save it as plain text',
      });
    } else if (text.startsWith(MARK)) {
      marked.add(id);
      const span = { file: id, start: 0, end: MARK.length };
      found.push({
        code: BYTE_ORDER_MARK,
        severity: 'error',
        message: 'The file starts with a byte order mark, which httpd takes for a part of the first word',
        span,
        help: 'save it without a byte order mark',
        fix: { title: 'Remove the mark', kind: 'safe', edits: [{ span, text: '' }] },
      });
    }
  }
  if (found.length === 0) return outcome;
  const kept = outcome.diagnostics.filter(({ span, code }) => {
    if (binary.has(span.file)) return false;
    if (!marked.has(span.file) || code !== 'bind/unknown-directive') return true;
    return lineIndexOf(outcome.sources.files[span.file]!).lineAt(span.start) > 1;
  });
  return {
    ...outcome,
    diagnostics: [...kept, ...found].sort((a, b) => a.span.file - b.span.file || a.span.start - b.span.start),
    isIncomplete: outcome.isIncomplete || binary.size > 0,
  };
}
