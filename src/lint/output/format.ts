import type { BaselineEntry } from '../baseline.ts';
import type { RuleInfo } from '../built-in.ts';
import type { LintFinding, RootReport, SuppressedFinding } from '../report.ts';

/** What a format gets: everything that was found, each finding once. */
export interface LintResults {
  readonly roots: readonly RootReport[];
  readonly findings: readonly LintFinding[];
  readonly suppressed: readonly SuppressedFinding[];
  readonly rules: readonly RuleInfo[];
  /** Where the rules' pages stand: a URL that ends in a slash; undefined: not known. */
  readonly rulePages: string | undefined;
  /** What a baseline accepts, and its entries that nothing answers to; undefined: there is none. */
  readonly baseline:
    | {
        readonly path: string;
        readonly accepted: readonly LintFinding[];
        readonly stale: readonly BaselineEntry[];
      }
    | undefined;
  readonly version: string;
  /** Problems with the command's input, not with a configuration. */
  readonly problems: readonly string[];
}

/** A text for one kind of reader. */
export type Format = (results: LintResults) => string;

/** The findings of each file, in order; every root is there, with or without findings. */
export function byFile({ roots, findings }: LintResults): ReadonlyMap<string, readonly LintFinding[]> {
  const files = new Map<string, LintFinding[]>(roots.map(({ path }) => [path, []]));
  for (const finding of findings) {
    const known = files.get(finding.path);
    if (known) known.push(finding);
    else files.set(finding.path, [finding]);
  }
  return files;
}

/** A message with what to do, for formats with one text for both. */
export function fullMessage({ message, help }: LintFinding): string {
  return help === undefined ? message : `${message}; ${help}`;
}

/** The page of a rule: a URL, or its path in this project when nobody said where the pages stand. */
export function pageOf({ rulePages }: LintResults, rule: string): string {
  return `${rulePages ?? 'docs/rules/'}${rule}.md`;
}

/** Text for XML; characters that XML 1.0 can't hold are replaced. */
export function xml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd]/gu, '\ufffd')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/\r/g, '&#13;')
    .replace(/\n/g, '&#10;')
    .replace(/\t/g, '&#9;');
}
