import type { Diagnostic, Edit, Fix } from '../diagnostics/diagnostic.ts';
import { findRuleInfo } from './built-in.ts';
import { applyEdits, compatibleFixes } from './fix.ts';
import type { LintOutcome } from './lint.ts';
import { judge, outcomeOf } from './report.ts';
import { diskPath } from './target-files.ts';
import { mappingOf, runTask, type LintTask } from './task.ts';

/** A fix may make room for another one; those that go in circles end here. */
const MAX_PASSES = 10;
/** How many fixes of one pass are tried one by one when all together break something. */
const MAX_SINGLE_TRIALS = 100;

export interface FixedFile {
  /** Absolute byte string. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

export interface FixOutcome {
  readonly files: readonly FixedFile[];
  readonly fixCount: number;
}

type Texts = ReadonlyMap<string, string>;

interface Round {
  readonly task: LintTask;
  readonly outcome: LintOutcome;
  readonly texts: Texts;
}

/**
 * The files of all roots with fixes applied, in as many passes as it takes until nothing changes. No fix is taken that
 * makes httpd refuse a line that it did not refuse before. Writes nothing.
 *
 * @param kinds which fixes to apply
 */
export function fixFiles(tasks: readonly LintTask[], kinds: ReadonlySet<Fix['kind']>): FixOutcome {
  let texts: Texts = new Map();
  const originals = new Map<string, string>();
  let fixCount = 0;
  for (const task of tasks) {
    for (let pass = 0; pass < MAX_PASSES; pass++) {
      const round: Round = { task, texts, outcome: outcomeOf(withText(task, texts), texts) };
      const step = onePass(round, kinds, originals);
      if (step === undefined) break;
      texts = step.texts;
      fixCount += step.count;
    }
  }
  const files = [...texts].flatMap(([path, after]) => {
    const before = originals.get(path)!;
    return before === after ? [] : [{ path, before, after }];
  });
  return { files, fixCount };
}

function onePass(
  round: Round,
  kinds: ReadonlySet<Fix['kind']>,
  originals: Map<string, string>,
): { texts: Texts; count: number } | undefined {
  const fixes = fixesOf(round, kinds, originals);
  if (fixes.length === 0) return undefined;
  const hardBefore = hardErrors(round.outcome);
  const isGood = (texts: Texts): boolean => isNoWorse(hardBefore, round.task, texts);
  const together = applied(round, fixes);
  if (isGood(together))
    return didChange(round.texts, together, originals) ? { texts: together, count: fixes.length } : undefined;
  const good: (readonly Edit[])[] = [];
  for (const fix of fixes.slice(0, MAX_SINGLE_TRIALS)) {
    if (isGood(applied(round, [...good, fix]))) good.push(fix);
  }
  const result = applied(round, good);
  return didChange(round.texts, result, originals) ? { texts: result, count: good.length } : undefined;
}

function didChange(before: Texts, after: Texts, originals: Texts): boolean {
  return [...after].some(([path, text]) => (before.get(path) ?? originals.get(path)) !== text);
}

/** Edits of the fixes wanted, with each file of a path that was read twice as one. */
function fixesOf(
  { task, outcome, texts }: Round,
  kinds: ReadonlySet<Fix['kind']>,
  originals: Map<string, string>,
): (readonly Edit[])[] {
  const mapping = mappingOf(task);
  const firstOf = new Map<string, number>();
  const fixes: (readonly Edit[])[] = [];
  for (const { fix } of judge(task, outcome, outcome.diagnostics).kept) {
    if (fix === undefined || !kinds.has(fix.kind)) continue;
    const edits = fix.edits.flatMap((edit) => {
      const file = outcome.sources.files[edit.span.file];
      if (file === undefined || file.macro !== undefined || file.path.startsWith('<')) return [];
      const path = diskPath(mapping, file.path);
      const first = firstOf.get(path) ?? file.id;
      firstOf.set(path, first);
      if (!originals.has(path) && !texts.has(path)) originals.set(path, file.text);
      return [{ span: { ...edit.span, file: first }, text: edit.text }];
    });
    // One that would change what stands in no file is left out as a whole.
    if (edits.length === fix.edits.length && edits.length > 0) fixes.push(edits);
  }
  return compatibleFixes(fixes);
}

function applied({ task, outcome, texts }: Round, fixes: readonly (readonly Edit[])[]): Texts {
  const mapping = mappingOf(task);
  const result = new Map(texts);
  for (const id of new Set(fixes.flat().map(({ span }) => span.file))) {
    const file = outcome.sources.files[id]!;
    result.set(diskPath(mapping, file.path), applyEdits(file.text, id, fixes));
  }
  return result;
}

/** What httpd refuses, counted by code and message: lines may move. */
function hardErrors({ model, diagnostics }: LintOutcome): Map<string, number> {
  const counts = new Map<string, number>();
  const add = ({ severity, code, message }: Diagnostic): void => {
    if (severity !== 'error' || findRuleInfo(code) !== undefined) return;
    const key = `${code} ${message}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  for (const found of new Set([...model.diagnostics, ...diagnostics])) add(found);
  return counts;
}

function isNoWorse(before: ReadonlyMap<string, number>, task: LintTask, texts: Texts): boolean {
  const after = hardErrors(runTask(withText(task, texts), texts));
  return [...after].every(([key, count]) => count <= (before.get(key) ?? 0));
}

/** A task whose text was given reads the changed one. */
function withText(task: LintTask, texts: Texts): LintTask {
  const changed = texts.get(task.path);
  return task.text === undefined || changed === undefined ? task : { ...task, text: changed };
}
