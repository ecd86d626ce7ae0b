import type { Edit } from '../diagnostics/diagnostic.ts';
import type { FileId } from '../source/source.ts';

/**
 * A text with fixes applied. A fix goes in as a whole or not at all: one that touches what an earlier one changed is
 * left for the next run.
 *
 * @param file the file that the text is of; edits of other files are passed over
 */
export function applyEdits(text: string, file: FileId, fixes: readonly (readonly Edit[])[]): string {
  const taken: Edit[] = [];
  for (const fix of fixes) {
    const own = fix.filter((edit) => edit.span.file === file);
    if (own.some((edit) => taken.some((other) => overlaps(edit, other)))) continue;
    taken.push(...own);
  }
  const inOrder = taken
    .map((edit, i) => ({ edit, i }))
    .sort((a, b) => a.edit.span.start - b.edit.span.start || a.edit.span.end - b.edit.span.end || a.i - b.i);
  let result = '';
  let at = 0;
  for (const { edit } of inOrder) {
    result += text.slice(at, edit.span.start) + edit.text;
    at = edit.span.end;
  }
  return result + text.slice(at);
}

/** Two insertions at one place may stand side by side; anything else at the same place may not. */
function overlaps(a: Edit, b: Edit): boolean {
  const areInsertions = a.span.start === a.span.end && b.span.start === b.span.end;
  if (areInsertions) return false;
  if (a.span.start === b.span.start) return true;
  return a.span.start < b.span.end && b.span.start < a.span.end;
}
