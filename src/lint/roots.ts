import type { LintFinding, RootReport, SuppressedFinding } from './report.ts';
import { realPath } from './inputs.ts';
import { readConfigText } from './target-files.ts';
import type { LintTask } from './task.ts';

/** Lints tasks, several at once perhaps; reports come back in the order of the tasks. */
export type RunTasks = (tasks: readonly LintTask[]) => Promise<RootReport[]>;

/**
 * The reports of all roots among the tasks: a file that another one includes is read there, with all that surrounds
 * it, and is no root of its own.
 */
export async function lintRoots(tasks: readonly LintTask[], run: RunTasks): Promise<RootReport[]> {
  const including = tasks.length > 1 ? tasks.filter(mayInclude) : tasks;
  const others = tasks.filter((task) => !including.includes(task));
  const reports = new Map<LintTask, RootReport>();
  (await run(including)).forEach((report, i) => reports.set(including[i]!, report));
  const covered = new Map<string, LintTask>();
  for (const task of including) {
    const own = realPath(task.path);
    for (const file of reports.get(task)!.files) {
      const real = realPath(file);
      if (real !== own && !covered.has(real)) covered.set(real, task);
    }
  }
  const isRoot = (task: LintTask): boolean => {
    const by = covered.get(realPath(task.path));
    // Of files that include each other, the first stays.
    return by === undefined || (including.includes(task) && including.indexOf(task) < including.indexOf(by));
  };
  const rest = others.filter(isRoot);
  (await run(rest)).forEach((report, i) => reports.set(rest[i]!, report));
  return tasks.flatMap((task) => {
    const report = reports.get(task);
    return report && isRoot(task) ? [report] : [];
  });
}

function mayInclude(task: LintTask): boolean {
  if (task.kind === 'htaccess') return false;
  try {
    return /^[ \t]*Include/im.test(task.text ?? readConfigText(task.path));
  } catch {
    return false;
  }
}

/** Every finding once: a file that several roots include has the same ones in each. */
export function mergeFindings(reports: readonly RootReport[]): {
  readonly findings: LintFinding[];
  readonly suppressed: SuppressedFinding[];
} {
  const seen = new Set<string>();
  const isNew = ({ path, line, column, code, message }: LintFinding): boolean => {
    const key = `${path}\n${line}:${column} ${code} ${message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  };
  return {
    findings: reports.flatMap((report) => report.findings).filter(isNew),
    suppressed: reports.flatMap((report) => report.suppressed).filter(isNew),
  };
}
