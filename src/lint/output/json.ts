import { findRuleInfo } from '../built-in.ts';
import type { LintFinding, SuppressedFinding } from '../report.ts';
import { summary } from './text.ts';
import { pageOf, type Format } from './format.ts';

/** One object with everything, for programs. */
export const json: Format = (results) => {
  const { version, roots, problems, findings, suppressed, baseline } = results;
  const plain = ({ code, pretty: _, ...rest }: LintFinding | SuppressedFinding) => ({
    rule: code,
    ...rest,
    ...(findRuleInfo(code) && { page: pageOf(results, code) }),
  });
  const whole = {
    version,
    summary: summary(results),
    roots: roots.map(({ path, isIncomplete, files }) => ({ path, isIncomplete, files: files.length })),
    problems,
    findings: findings.map(plain),
    suppressed: suppressed.map(plain),
    ...(baseline && {
      baseline: { path: baseline.path, accepted: baseline.accepted.map(plain), stale: baseline.stale },
    }),
  };
  return `${JSON.stringify(whole, null, 2)}\n`;
};
