import { parseArgs } from 'node:util';
import type { Severity } from '../diagnostics/diagnostic.ts';
import { suggestionHelp, suggestNames } from '../diagnostics/suggest.ts';
import { allRules, findRuleInfo } from '../lint/built-in.ts';
import { FORMATS, isFormatName, type FormatName } from '../lint/output/index.ts';
import { isVersion } from '../lint/settings.ts';

/** A format and the file it goes to; undefined: standard output. */
export interface OutputChoice {
  readonly format: FormatName;
  readonly file: string | undefined;
}

/** A command line of `lint`. Texts are byte strings. */
export interface LintArguments {
  readonly inputs: readonly string[];
  readonly stdinFilename: string | undefined;
  readonly outputs: readonly OutputChoice[];
  readonly maxSeverity: Exclude<Severity, 'hint'>;
  readonly rules: readonly string[] | undefined;
  readonly listsRules: boolean;
  readonly explains: string | undefined;
  readonly fix: 'none' | 'safe' | 'suggested';
  readonly isDryRun: boolean;
  readonly wantsCoverage: boolean;
  readonly failOn: readonly ('not-served' | 'security')[];
  readonly baseline: string | undefined;
  readonly updatesBaseline: boolean;
  /** A URL that ends in a slash. */
  readonly rulePages: string | undefined;
  readonly settingsFile: string | undefined;
  readonly ignoresSettings: boolean;
  readonly root: string | undefined;
  readonly fpmPools: readonly string[];
  readonly phpIni: string | undefined;
  readonly target: string | undefined;
  readonly isHelp: boolean;
}

export const LINT_USAGE = `Usage: httpd-gateway lint [options] FILE|FOLDER|GLOB|- ...

Finds mistakes in configurations of httpd and of its proxy to FastCGI. Exit status: 0 nothing found that counts,
1 findings, 2 something could not be analysed completely.

  --format NAME          ${Object.keys(FORMATS).join(', ')}
  --output FILE          write the format before it to a file; several pairs may be given
  --max-severity LEVEL   the least that counts: error, warning (default), info
  --rule NAME,...        these rules only
  --list-rules           every rule (with --format json for programs)
  --explain-rule NAME    what a rule finds, why, and how to fix it
  --fix[=suggested]      apply the safe fixes, or the suggested ones too
  --fix-dry-run          print the fixes as a diff and change nothing
  --baseline FILE        leave out the findings that the file accepts
  --update-baseline      write the file: what is found now is accepted
  --coverage             what the gateway serves of each directive (text, or --format json)
  --fail-on KIND         with --coverage: not-served, security
  --stdin-filename NAME  lint standard input (as - does) as a file of that name
  --config FILE          settings, instead of the nearest httpd-gateway.lint.json
  --no-config            no settings
  --rule-pages URL       where the pages of the rules stand, for sarif and json
  --target VERSION       version of httpd, such as 2.4.58
  --root DIR             root of the target's files
  --fpm-pool FILE        PHP-FPM pool files: a file, folder or glob; may be given several times
  --php-ini FILE         a php.ini
`;

const OPTIONS = {
  format: { type: 'string', multiple: true },
  output: { type: 'string', short: 'o', multiple: true },
  'max-severity': { type: 'string' },
  rule: { type: 'string', multiple: true },
  'list-rules': { type: 'boolean' },
  'explain-rule': { type: 'string' },
  fix: { type: 'string' },
  'fix-dry-run': { type: 'boolean' },
  coverage: { type: 'boolean' },
  'fail-on': { type: 'string', multiple: true },
  baseline: { type: 'string' },
  'update-baseline': { type: 'boolean' },
  'rule-pages': { type: 'string' },
  'stdin-filename': { type: 'string' },
  config: { type: 'string' },
  'no-config': { type: 'boolean' },
  target: { type: 'string' },
  root: { type: 'string' },
  'fpm-pool': { type: 'string', multiple: true },
  'php-ini': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Tokens = readonly {
  readonly kind: string;
  readonly name?: string;
  readonly value?: string | undefined;
}[];

/** What the words behind `lint` ask for; a text: what is wrong with them. */
export function parseLintArguments(args: readonly string[]): LintArguments | string {
  try {
    return read(args);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return error.message;
  }
}

/** The value if it is one of a few; throws what is wrong otherwise. */
function oneOf<T extends string>(option: string, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  const help = suggestionHelp(suggestNames(value, choices));
  throw new Error(
    `--${option} is one of ${choices.join(', ')}, not '${value}'${help === undefined ? '' : `; ${help}`}`,
  );
}

function read(args: readonly string[]): LintArguments {
  // `--fix` alone has no value, and may stand before a file name.
  const words = args.map((word) => (word === '--fix' ? '--fix=safe' : word));
  const { values, positionals, tokens } = parseArgs({
    args: words,
    options: OPTIONS,
    allowPositionals: true,
    strict: true,
    tokens: true,
  });
  const fix = values.fix === undefined ? undefined : oneOf('fix', values.fix, ['safe', 'suggested']);
  const isDryRun = values['fix-dry-run'] === true;
  const rules = values.rule?.flatMap((names) => names.split(',')).filter((name) => name !== '');
  for (const name of [
    ...(rules ?? []),
    ...(values['explain-rule'] === undefined ? [] : [values['explain-rule']]),
  ])
    checkRule(name);
  if (values.target !== undefined && !isVersion(values.target))
    throw new Error('--target is a version such as 2.4.58');
  if (isDryRun || fix !== undefined) {
    if (values.coverage) throw new Error('--coverage and --fix do not go together');
    if ((positionals.includes('-') || values['stdin-filename'] !== undefined) && !isDryRun)
      throw new Error('standard input can only be fixed with --fix-dry-run');
  }
  const updatesBaseline = values['update-baseline'] === true;
  if (updatesBaseline && values.baseline === undefined)
    throw new Error('--update-baseline needs --baseline FILE');
  if (values['fail-on'] !== undefined && !values.coverage) throw new Error('--fail-on needs --coverage');
  if (values.baseline !== undefined && values.coverage)
    throw new Error('--coverage and --baseline do not go together');
  return {
    // A name for standard input asks for it.
    inputs:
      values['stdin-filename'] === undefined || positionals.includes('-')
        ? positionals
        : [...positionals, '-'],
    stdinFilename: values['stdin-filename'],
    outputs: readOutputs(tokens),
    maxSeverity: oneOf('max-severity', values['max-severity'] ?? 'warning', ['error', 'warning', 'info']),
    rules,
    listsRules: values['list-rules'] === true,
    explains: values['explain-rule'],
    fix: fix ?? (isDryRun ? 'safe' : 'none'),
    isDryRun,
    wantsCoverage: values.coverage === true,
    failOn: (values['fail-on'] ?? [])
      .flatMap((kinds) => kinds.split(','))
      .map((kind) => oneOf('fail-on', kind, ['not-served', 'security'])),
    baseline: values.baseline,
    updatesBaseline,
    rulePages: readRulePages(values['rule-pages']),
    settingsFile: values.config,
    ignoresSettings: values['no-config'] === true,
    root: values.root,
    fpmPools: values['fpm-pool'] ?? [],
    phpIni: values['php-ini'],
    target: values.target,
    isHelp: values.help === true,
  };
}

function readRulePages(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (!/^https?:/i.test(text) || !URL.canParse(text))
    throw new Error(`--rule-pages is a URL of http or https, not '${text}'`);
  return text.replace(/\/?$/, '/');
}

function checkRule(name: string): void {
  if (findRuleInfo(name)) return;
  const names = allRules().map((rule) => rule.name);
  throw new Error(
    `no rule is called ${name}; ${suggestionHelp(suggestNames(name, names)) ?? 'see --list-rules'}`,
  );
}

/** Each `--output` takes the format before it; at most one format is left for standard output. */
function readOutputs(tokens: Tokens): OutputChoice[] {
  const outputs: OutputChoice[] = [];
  let pending: FormatName | undefined;
  const flush = (): void => {
    if (pending === undefined) return;
    if (outputs.some(({ file }) => file === undefined))
      throw new Error('two formats for standard output: give each but one an --output');
    outputs.push({ format: pending, file: undefined });
    pending = undefined;
  };
  for (const { kind, name, value } of tokens) {
    if (kind !== 'option' || value === undefined) continue;
    if (name === 'format') {
      flush();
      pending = isFormatName(value) ? value : oneOf('format', value, Object.keys(FORMATS) as FormatName[]);
    } else if (name === 'output') {
      outputs.push({ format: pending ?? 'pretty', file: value });
      pending = undefined;
    }
  }
  flush();
  return outputs.length === 0 ? [{ format: 'pretty', file: undefined }] : outputs;
}
