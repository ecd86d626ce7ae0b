import { reportOn, type RootReport } from '../lint/report.ts';
import type { LintTask } from '../lint/task.ts';
import { tryPattern } from '../pattern/redos.ts';

/** Entry of the worker thread: lints one root. Patterns are tried in place, since nothing else waits here. */
export function lintRoot(task: LintTask): Promise<RootReport> {
  return reportOn(task, async ({ source, caseless }) => tryPattern(source, caseless));
}
