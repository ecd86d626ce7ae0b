import { defaultSettings, type LintSettings } from '../../src/lint/settings.ts';
import type { LintOptions, LintTask } from '../../src/lint/task.ts';
import { isHtaccess } from '../../src/lint/task.ts';
import { reportOn, type RootReport } from '../../src/lint/report.ts';
import { mergeFindings } from '../../src/lint/roots.ts';
import { allRules } from '../../src/lint/built-in.ts';
import type { LintResults } from '../../src/lint/output/format.ts';
import { tryPattern } from '../../src/pattern/redos.ts';

/** A task as the command makes it, without settings files. */
export function task(
  path: string,
  text?: string,
  settings: Partial<LintSettings> = {},
  options: Partial<LintOptions> = {},
): LintTask {
  return {
    path,
    ...(text !== undefined && { text }),
    kind: isHtaccess(path) ? 'htaccess' : 'auto',
    settings: { ...defaultSettings('/conf'), ...settings },
    options: {
      onlyRules: undefined,
      target: undefined,
      root: undefined,
      pools: undefined,
      php: undefined,
      cwd: '/conf',
      style: 'plain',
      wantsCoverage: false,
      ...options,
    },
  };
}

export function report(one: LintTask): Promise<RootReport> {
  return reportOn(one, async ({ source, caseless }) => tryPattern(source, caseless));
}

/** `line: rule severity` of each finding. */
export async function found(...args: Parameters<typeof task>): Promise<string[]> {
  const { findings } = await report(task(...args));
  return findings.map(({ line, code, severity }) => `${line}: ${code} ${severity}`);
}

export async function results(...tasks: readonly LintTask[]): Promise<LintResults> {
  const roots = await Promise.all(tasks.map(report));
  return {
    roots,
    ...mergeFindings(roots),
    rules: allRules(),
    rulePages: undefined,
    baseline: undefined,
    version: '1.2.3',
    problems: [],
  };
}
