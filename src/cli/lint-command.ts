import { readFileSync, writeFileSync } from 'node:fs';
import { posix } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { createTwoFilesPatch } from 'diff';
import type { Fix, Severity } from '../diagnostics/diagnostic.ts';
import { readable } from '../diagnostics/place.ts';
import { allRules, findRuleInfo } from '../lint/built-in.ts';
import { renderCoverageJson, renderCoverageText, summaryOf } from '../lint/coverage.ts';
import { fixFiles, type FixedFile } from '../lint/fix-files.ts';
import { readFpmPools, readPhpSettings } from '../lint/information.ts';
import { expandInputs, isIgnored } from '../lint/inputs.ts';
import type { LintResults } from '../lint/output/format.ts';
import { FORMATS } from '../lint/output/index.ts';
import { summary } from '../lint/output/text.ts';
import { reportOn, shownPath, type RootReport } from '../lint/report.ts';
import { lintRoots, mergeFindings, type RunTasks } from '../lint/roots.ts';
import { ruleText } from '../lint/rule-page.ts';
import { defaultSettings, readSettings, settingsFor, SettingsError } from '../lint/settings.ts';
import { MAX_FILE_BYTES, readConfigText } from '../lint/target-files.ts';
import { isHtaccess, type LintOptions, type LintTask } from '../lint/task.ts';
import { fsPath } from '../source/fs-path.ts';
import { systemErrorText } from '../source/system-error.ts';
import type { PatternTrials } from '../workers/pattern-trial.ts';
import { LINT_USAGE, parseLintArguments, type LintArguments } from './lint-arguments.ts';
import { baselineOf, staleLines } from './lint-baseline.ts';
import { GATEWAY_VERSION } from './version.ts';

const OK = 0;
const FINDINGS = 1;
const INCOMPLETE = 2;

/** More roots than these are worth the start of threads. */
const ROOTS_FOR_THREADS = 24;

const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
const say = (text: string): void => void process.stderr.write(`httpd-gateway lint: ${readable(text)}\n`);

/** Runs `httpd-gateway lint` and gives its exit status. */
export async function runLint(words: readonly string[]): Promise<number> {
  const args = parseLintArguments(words);
  if (typeof args === 'string') {
    say(args);
    process.stderr.write('Try httpd-gateway lint --help.\n');
    return INCOMPLETE;
  }
  if (args.isHelp) process.stdout.write(LINT_USAGE);
  else if (args.listsRules) listRules(args);
  else if (args.explains !== undefined) process.stdout.write(ruleText(findRuleInfo(args.explains)!));
  else if (args.inputs.length === 0) {
    process.stderr.write(LINT_USAGE);
    return INCOMPLETE;
  } else {
    try {
      return await lintInputs(args);
    } catch (error) {
      // A fault of ours leaves the input not analysed, which must not look like mere findings.
      const text = error instanceof SettingsError ? error.message : latin1((error as Error).stack ?? '');
      process.stderr.write(`${readable(text).replaceAll('\\x0a', '\n')}\n`);
      return INCOMPLETE;
    }
  }
  return OK;
}

function listRules({ outputs }: LintArguments): void {
  if (outputs[0]?.format === 'json') {
    const rules = allRules().map(
      ({ name, severity, summary: text, isSecurity, needs, fixable, options }) => ({
        ...{ name, severity, summary: text, isSecurity: isSecurity === true, needs, fixable },
        options: options ?? {},
      }),
    );
    process.stdout.write(`${JSON.stringify(rules, null, 2)}\n`);
    return;
  }
  const width = Math.max(...allRules().map(({ name }) => name.length));
  for (const { name, severity, summary: text } of allRules())
    process.stdout.write(`${name.padEnd(width)}  ${severity.padEnd(7)}  ${text}\n`);
}

/** What the command line names, as tasks; what can't be had is in `problems`. */
interface Plan {
  readonly tasks: readonly LintTask[];
  readonly problems: string[];
}

async function lintInputs(args: LintArguments): Promise<number> {
  const plan = makePlan(args);
  if (args.isDryRun) return dryRun(args, plan);
  if (args.fix !== 'none') applyFixes(args, plan);
  const roots = await runTasks(plan.tasks);
  for (const problem of plan.problems) say(problem);
  const isIncomplete = plan.problems.length > 0 || roots.some((root) => root.isIncomplete);
  if (args.wantsCoverage) return showCoverage(args, roots, plan, isIncomplete);
  const results = resultsOf(args, roots, plan);
  for (const line of staleLines(results)) say(latin1(line));
  writeOutputs(args, results, plan);
  if (isIncomplete || plan.problems.length > 0) return INCOMPLETE;
  return counts(results, args) ? FINDINGS : OK;
}

function makePlan(args: LintArguments): Plan {
  const cwd = latin1(process.cwd());
  const options = readOptions(args, cwd);
  const explicit =
    args.settingsFile === undefined ? undefined : readSettings(posix.resolve(cwd, args.settingsFile));
  const settingsOf = (path: string) =>
    explicit ?? (args.ignoresSettings ? defaultSettings(cwd) : settingsFor(posix.dirname(path)));
  const { files, problems: missing } = expandInputs(
    args.inputs.filter((name) => name !== '-'),
    cwd,
  );
  const problems = [...missing];
  const tasks: LintTask[] = [];
  for (const { path, isNamed } of files) {
    const settings = settingsOf(path);
    if (!isNamed && isIgnored(path, settings.folder, settings.ignore)) continue;
    tasks.push({ path, kind: isHtaccess(path) ? 'htaccess' : 'auto', settings, options });
  }
  if (args.inputs.includes('-')) {
    const path = posix.resolve(cwd, args.stdinFilename ?? '<stdin>');
    const text = readFileSync(0, 'latin1');
    const kind = isHtaccess(path) ? 'htaccess' : 'auto';
    if (text.length > MAX_FILE_BYTES) problems.push(`${shownPath(path, cwd)}: ${systemErrorText('EFBIG')}`);
    else tasks.push({ path, text, kind, settings: settingsOf(path), options });
  }
  return { tasks, problems };
}

/** The pool files that names, folders and globs stand for. Throws `SettingsError` for what is not there. */
function poolFiles({ fpmPools }: LintArguments, cwd: string): string[] {
  const { files, problems } = expandInputs(fpmPools, cwd);
  if (problems.length > 0) throw new SettingsError(problems);
  return files.map(({ path }) => path);
}

function readOptions(args: LintArguments, cwd: string): LintOptions {
  const textOf = (name: string): string => {
    try {
      return readConfigText(posix.resolve(cwd, name));
    } catch (error) {
      throw new SettingsError([`${name}: ${(error as Error).message}`]);
    }
  };
  return {
    onlyRules: args.rules,
    target: args.target,
    root: args.root === undefined ? undefined : posix.resolve(cwd, args.root),
    pools:
      args.fpmPools.length === 0
        ? undefined
        : poolFiles(args, cwd).flatMap((path) => readFpmPools(path, textOf(path))),
    php:
      args.phpIni === undefined
        ? undefined
        : readPhpSettings(posix.resolve(cwd, args.phpIni), textOf(args.phpIni)),
    cwd,
    style: styleOf(args),
    wantsCoverage: args.wantsCoverage,
  };
}

function styleOf({ outputs }: LintArguments): LintOptions['style'] {
  const pretty = outputs.filter(({ format }) => format === 'pretty');
  if (pretty.length === 0) return 'none';
  return pretty.some(({ file }) => file === undefined) && wantsColor() ? 'color' : 'plain';
}

/** Colour on a terminal, unless the environment says otherwise (no-color.org, force-color.org). */
function wantsColor(): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: forbidden } = process.env;
  if (forced !== undefined && forced !== '') return forced !== '0';
  if (forbidden !== undefined && forbidden !== '') return false;
  return process.stdout.isTTY === true && process.env['TERM'] !== 'dumb';
}

/** Lints here, or in threads when there are many. */
async function runTasks(tasks: readonly LintTask[]): Promise<RootReport[]> {
  let done = 0;
  const progress = (): void => {
    done++;
    if (process.stderr.isTTY === true && tasks.length > 1)
      process.stderr.write(`\r\u001b[K${done}/${tasks.length} files`);
  };
  try {
    if (tasks.length < ROOTS_FOR_THREADS) return await lintRoots(tasks, (some) => runHere(some, progress));
    const { LintPool } = await import('../workers/lint-pool.ts');
    const pool = new LintPool();
    try {
      return await lintRoots(tasks, (some) => pool.run(some, progress));
    } finally {
      await pool.close();
    }
  } finally {
    if (process.stderr.isTTY === true && done > 1) process.stderr.write('\r\u001b[K');
  }
}

async function runHere(tasks: readonly LintTask[], onDone: () => void): ReturnType<RunTasks> {
  let trials: PatternTrials | undefined;
  const reports: RootReport[] = [];
  try {
    for (const task of tasks) {
      const report = await reportOn(task, async (pattern) => {
        // Started for the first suspicious pattern: most configurations have none.
        trials ??= new (await import('../workers/pattern-trial.ts')).PatternTrials();
        return trials.run(pattern);
      });
      reports.push(report);
      onDone();
    }
  } finally {
    await trials?.close();
  }
  return reports;
}

function resultsOf(args: LintArguments, roots: readonly RootReport[], plan: Plan): LintResults {
  const { findings, suppressed } = mergeFindings(roots);
  const isComplete = plan.problems.length === 0 && !roots.some((root) => root.isIncomplete);
  const compared = baselineOf(args, roots, findings, isComplete);
  return {
    roots,
    findings: compared?.fresh ?? findings,
    suppressed,
    baseline: compared,
    rules: allRules(),
    rulePages: args.rulePages,
    version: GATEWAY_VERSION,
    problems: plan.problems.map(readable),
  };
}

const RANK: Readonly<Record<Severity, number>> = { hint: 0, info: 1, warning: 2, error: 3 };

function counts({ findings }: LintResults, { maxSeverity }: LintArguments): boolean {
  return findings.some(({ severity }) => RANK[severity] >= RANK[maxSeverity]);
}

function writeOutputs({ outputs }: LintArguments, results: LintResults, plan: Plan): void {
  for (const { format, file } of outputs) {
    const text = FORMATS[format](results);
    if (file === undefined) process.stdout.write(text);
    else writeText(file, stripVTControlCharacters(text), plan);
  }
}

function writeText(file: string, text: string, { problems }: Plan): void {
  try {
    writeFileSync(fsPath(file), text);
  } catch (error) {
    const problem = `${file}: ${(error as Error).message}`;
    problems.push(problem);
    say(problem);
  }
}

function showCoverage(
  args: LintArguments,
  roots: readonly RootReport[],
  plan: Plan,
  isIncomplete: boolean,
): number {
  const rows = [
    ...new Map(
      roots.flatMap((root) => root.coverage ?? []).map((row) => [JSON.stringify(row), row]),
    ).values(),
  ];
  for (const { format, file } of args.outputs) {
    const text = format === 'json' ? renderCoverageJson(rows) : renderCoverageText(rows);
    if (file === undefined) process.stdout.write(text);
    else writeText(file, text, plan);
  }
  if (isIncomplete || plan.problems.length > 0) return INCOMPLETE;
  const { directives, security } = summaryOf(rows);
  const fails =
    directives.refused > 0 ||
    (args.failOn.includes('not-served') && directives['not served'] > 0) ||
    (args.failOn.includes('security') && security > 0);
  return fails ? FINDINGS : OK;
}

function kindsOf(fix: LintArguments['fix']): ReadonlySet<Fix['kind']> {
  return new Set(fix === 'suggested' ? (['safe', 'review'] as const) : (['safe'] as const));
}

function applyFixes(args: LintArguments, plan: Plan): void {
  const { files, fixCount } = fixFiles(plan.tasks, kindsOf(args.fix));
  let written = 0;
  for (const { path, after } of files) {
    try {
      writeFileSync(fsPath(path), after, 'latin1');
      written++;
    } catch (error) {
      plan.problems.push(`${path}: ${(error as Error).message}`);
    }
  }
  if (written > 0)
    say(`${fixCount} ${fixCount === 1 ? 'fix' : 'fixes'} in ${written} file${written === 1 ? '' : 's'}`);
}

/** Prints what `--fix` would do; the exit status is that of the files as they are. */
async function dryRun(args: LintArguments, plan: Plan): Promise<number> {
  const { files } = fixFiles(plan.tasks, kindsOf(args.fix));
  const cwd = latin1(process.cwd());
  process.stdout.write(Buffer.from(files.map((file) => patchOf(file, cwd)).join(''), 'latin1'));
  const roots = await runTasks(plan.tasks);
  for (const problem of plan.problems) say(problem);
  const results = resultsOf(args, roots, plan);
  for (const line of staleLines(results)) say(latin1(line));
  writeOutputs({ ...args, outputs: args.outputs.filter(({ file }) => file !== undefined) }, results, plan);
  process.stderr.write(`${summary(results)}\n`);
  if (plan.problems.length > 0 || roots.some((root) => root.isIncomplete)) return INCOMPLETE;
  return counts(results, args) ? FINDINGS : OK;
}

function patchOf({ path, before, after }: FixedFile, cwd: string): string {
  const shown = shownPath(path, cwd);
  const [from, to] = shown.startsWith('/') ? [shown, shown] : [`a/${shown}`, `b/${shown}`];
  return createTwoFilesPatch(from, to, before, after).replace(/^=+\n/, '');
}
