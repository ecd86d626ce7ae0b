import type { Severity } from '../../diagnostics/diagnostic.ts';
import type { LintFinding } from '../report.ts';
import type { Format, LintResults } from './format.ts';

function count(findings: readonly LintFinding[], severity: Severity): number {
  return findings.filter((finding) => finding.severity === severity).length;
}

function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** `2 errors, 1 warning, 0 notes in 3 files`. */
export function summary({ roots, findings, suppressed, baseline }: LintResults): string {
  const notes = count(findings, 'info') + count(findings, 'hint');
  const files = new Set(roots.flatMap((root) => root.files)).size;
  const silenced = suppressed.length === 0 ? '' : `, ${suppressed.length} suppressed`;
  const accepted =
    baseline === undefined || baseline.accepted.length === 0
      ? ''
      : `, ${baseline.accepted.length} accepted by the baseline`;
  const incomplete = roots.filter((root) => root.isIncomplete).length;
  const missing = incomplete === 0 ? '' : `; ${incomplete} not analysed completely`;
  return `${plural(count(findings, 'error'), 'error')}, ${plural(count(findings, 'warning'), 'warning')}, ${plural(notes, 'note')} in ${plural(files, 'file')}${silenced}${accepted}${missing}`;
}

/** For people: excerpts with the place underlined, and a summary. */
export const pretty: Format = (results) =>
  `${results.findings.map((finding) => finding.pretty).join('')}${summary(results)}\n`;

/** One line for each finding: `file:line:col: severity: message [rule]`. */
export const compact: Format = ({ findings }) =>
  findings
    .map(
      ({ path, line, column, severity, message, code }) =>
        `${path}:${line}:${column}: ${severity}: ${message} [${code}]\n`,
    )
    .join('');
