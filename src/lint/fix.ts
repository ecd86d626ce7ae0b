import type { Edit } from '../diagnostics/diagnostic.ts';
import type { FileId } from '../source/source.ts';

type Edits = readonly Edit[];

/**
 * The fixes that can be made at once. A fix goes in as a whole or not at all: one that touches what an earlier one
 * changes is left for the next run.
 */
export function compatibleFixes<T extends Edits>(fixes: readonly T[]): T[] {
  const taken: T[] = [];
  const seen = new Set<string>();
  for (const fix of fixes) {
    const key = JSON.stringify(fix);
    if (seen.has(key)) continue;
    seen.add(key);
    if (!fix.some((edit) => taken.some((other) => other.some((one) => overlaps(edit, one))))) taken.push(fix);
  }
  return taken;
}

/**
 * A text with fixes applied, those that are compatible.
 *
 * @param file the file that the text is of; edits of other files are passed over
 */
export function applyEdits(text: string, file: FileId, fixes: readonly Edits[]): string {
  const own = fixes.map((fix) => fix.filter((edit) => edit.span.file === file));
  const inOrder = compatibleFixes(own.filter((fix) => fix.length > 0))
    .flat()
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
  if (a.span.file !== b.span.file) return false;
  const areInsertions = a.span.start === a.span.end && b.span.start === b.span.end;
  if (areInsertions) return false;
  if (a.span.start === b.span.start) return true;
  return a.span.start < b.span.end && b.span.start < a.span.end;
}
