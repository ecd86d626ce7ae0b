import type { RuleInfo } from '../built-in.ts';
import type { LintFinding, RootReport, SuppressedFinding } from '../report.ts';

/** What a format gets: everything that was found, each finding once. */
export interface LintResults {
  readonly roots: readonly RootReport[];
  readonly findings: readonly LintFinding[];
  readonly suppressed: readonly SuppressedFinding[];
  readonly rules: readonly RuleInfo[];
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
