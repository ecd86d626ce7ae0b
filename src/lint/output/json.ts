import type { LintFinding, SuppressedFinding } from '../report.ts';
import { summary } from './text.ts';
import type { Format } from './format.ts';

function plain<T extends LintFinding | SuppressedFinding>({ code, pretty: _, ...rest }: T) {
  return { rule: code, ...rest };
}

/** One object with everything, for programs. */
export const json: Format = (results) =>
  `${JSON.stringify(
    {
      version: results.version,
      summary: summary(results),
      roots: results.roots.map(({ path, isIncomplete, files }) => ({
        path,
        isIncomplete,
        files: files.length,
      })),
      problems: results.problems,
      findings: results.findings.map(plain),
      suppressed: results.suppressed.map(plain),
    },
    null,
    2,
  )}\n`;
