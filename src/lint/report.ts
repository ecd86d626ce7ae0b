import { createHash } from 'node:crypto';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { readable } from '../diagnostics/place.ts';
import { toJson, type JsonDiagnostic } from '../diagnostics/render-json.ts';
import { renderPretty } from '../diagnostics/render-pretty.ts';
import { definitionOf, fileOf, lineIndexOf } from '../source/line-index.ts';
import type { SourceSet } from '../source/source.ts';
import { findRuleInfo, SLOW_PATTERN, UNKNOWN_MODULE } from './built-in.ts';
import { coverageOf, type CoverageRow } from './coverage.ts';
import { withInputFindings } from './input-findings.ts';
import type { LintOutcome } from './lint.ts';
import { slowPatternFindings, type TryPattern } from './slow-patterns.ts';
import { suppress } from './suppress.ts';
import { diskPath } from './target-files.ts';
import { levelOf, mappingOf, optionsOf, runTask, type LintTask } from './task.ts';
import { withUnknownModules } from './unknown-modules.ts';

/** A finding as all outputs show it. Plain data in UTF-8; paths are as shown. */
export interface LintFinding extends JsonDiagnostic {
  /** The same while the line and what is wrong with it stay the same, wherever it moves; told apart within its file. */
  readonly fingerprint: string;
  /** The finding with its excerpts, for people; empty when no output wants it. */
  readonly pretty: string;
}

export interface SuppressedFinding extends LintFinding {
  readonly reason: string | undefined;
}

/** What linting one root gave. Plain data. */
export interface RootReport {
  /** As shown. */
  readonly path: string;
  /** Every file that was read, on this disk, as byte strings; the root is the first. */
  readonly files: readonly string[];
  readonly findings: readonly LintFinding[];
  readonly suppressed: readonly SuppressedFinding[];
  readonly isIncomplete: boolean;
  readonly coverage: readonly CoverageRow[] | undefined;
}

/** A path as people read it: relative when it lies below the current folder. */
export function shownPath(path: string, cwd: string): string {
  const below = cwd === '/' ? cwd : `${cwd}/`;
  return path.startsWith(below) ? path.slice(below.length) : path;
}

/**
 * What a root has besides what needs a trial.
 *
 * @param changed texts in place of those on disk, by path on disk
 */
export function outcomeOf(task: LintTask, changed?: ReadonlyMap<string, string>): LintOutcome {
  return withUnknownModules(withInputFindings(runTask(task, changed)), optionsOf(task, UNKNOWN_MODULE));
}

/** Lints one root and makes its report. */
export async function reportOn(task: LintTask, tryPattern: TryPattern): Promise<RootReport> {
  const outcome = outcomeOf(task);
  const patterns =
    levelOf(task, SLOW_PATTERN) === 'off'
      ? []
      : await slowPatternFindings(outcome.model, tryPattern, optionsOf(task, SLOW_PATTERN));
  const { kept, suppressed } = judge(task, outcome, [...outcome.diagnostics, ...patterns]);
  const sources = shownSources(outcome.sources, task);
  const fingerprints = new Map<string, number>();
  const { style } = task.options;
  const show = (diagnostic: Diagnostic): LintFinding => ({
    ...toJson(sources, diagnostic),
    fingerprint: fingerprintOf(sources, diagnostic, fingerprints),
    pretty: style === 'none' ? '' : renderPretty(sources, [diagnostic], { color: style === 'color' }),
  });
  return {
    path: readable(shownPath(task.path, task.options.cwd)),
    files: filesRead(outcome.sources, task),
    findings: kept.map(show),
    suppressed: suppressed.map(({ diagnostic, reason }) => ({ ...show(diagnostic), reason })),
    isIncomplete: outcome.isIncomplete,
    coverage: task.options.wantsCoverage ? coverageOf(outcome.model, sources) : undefined,
  };
}

/** Which findings stay, after the settings' levels for what no rule found and after the comments in the files. */
export function judge(
  task: LintTask,
  outcome: LintOutcome,
  diagnostics: readonly Diagnostic[],
): ReturnType<typeof suppress> {
  const { kept, suppressed } = suppress(
    outcome.sources,
    diagnostics,
    ({ code }) => findRuleInfo(code) !== undefined,
    { requireReason: task.settings.requireReason, isRule: (name) => findRuleInfo(name) !== undefined },
  );
  const levelled = kept.flatMap((diagnostic) => {
    const level = levelOf(task, diagnostic.code);
    // What no rule says, httpd says: `--rule` and the settings do not silence it.
    if (findRuleInfo(diagnostic.code) === undefined || level === undefined) return [diagnostic];
    return level === 'off' ? [] : [{ ...diagnostic, severity: level }];
  });
  const inOrder = levelled.sort((a, b) => a.span.file - b.span.file || a.span.start - b.span.start);
  return { kept: inOrder, suppressed };
}

function filesRead(sources: SourceSet, task: LintTask): string[] {
  const mapping = mappingOf(task);
  const paths = sources.files.flatMap(({ path, macro }) =>
    macro !== undefined || path.startsWith('<') ? [] : [diskPath(mapping, path)],
  );
  return [...new Set([task.path, ...paths])];
}

/** The same files under the names that people know them by. */
function shownSources(sources: SourceSet, task: LintTask): SourceSet {
  const mapping = mappingOf(task);
  return {
    files: sources.files.map((file) =>
      file.path.startsWith('<')
        ? file
        : { ...file, path: shownPath(diskPath(mapping, file.path), task.options.cwd) },
    ),
  };
}

function fingerprintOf(sources: SourceSet, { code, span }: Diagnostic, seen: Map<string, number>): string {
  const written = definitionOf(sources, span);
  const file = fileOf(sources, written.file);
  const index = lineIndexOf(file);
  const line = index.lineText(index.lineAt(written.start)).trim().slice(0, 1000).replace(/\s+/g, ' ');
  const key = `${code}\n${line}`;
  const keyInFile = `${key}\n${file.path}`;
  const count = (seen.get(keyInFile) ?? 0) + 1;
  seen.set(keyInFile, count);
  return createHash('sha256').update(`${key}\n${count}`, 'latin1').digest('hex').slice(0, 32);
}
