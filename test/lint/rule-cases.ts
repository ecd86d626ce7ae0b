import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { applyEdits } from '../../src/lint/fix.ts';
import { readFpmPools, readPhpSettings } from '../../src/lint/information.ts';
import { lint, type LintOutcome } from '../../src/lint/lint.ts';
import { optionValues, type OptionValues } from '../../src/lint/options.ts';
import type { LintRule } from '../../src/lint/rule.ts';
import { parseSettings } from '../../src/lint/settings.ts';
import { fileOf, lineIndexOf } from '../../src/source/line-index.ts';

/**
 * The cases of a rule live in `test/cases/lint/<rule>/`:
 *
 * - `positive*.conf`, `near-miss*.conf`, `negative*.conf`, `unknown*.conf`; the line behind each `#! finding` comment
 *   (perhaps `#! finding error`, with the severity) must have a finding of the rule, no other line may
 * - `included.conf` with `included.inc` (`Include @DIR@/included.inc`): the marks stand in the included file
 * - `fix*.conf` with `fix*.fixed`: the file after all fixes of the rule, which then has no finding of it any more
 * - `htaccess*.conf` is linted as an `.htaccess`
 * - a first line `#! target 2.4.6` sets the target version; `#! modules proxy proxy_fcgi` the known modules
 * - `#! options { "port": 9001 }` sets options of the rule
 * - `pool.conf` and `php.ini` in the folder are what `--fpm-pool` and `--php-ini` give, its `root` what `--root` does;
 *   `unknown-target*.conf` is linted without them, `<case>.pool.conf` stands in for `pool.conf`
 */
export const CASES = join(import.meta.dirname, '../cases/lint');

export interface RuleCase {
  readonly file: string;
  readonly text: string;
}

export function casesOf(rule: LintRule, prefix: string): RuleCase[] {
  const folder = join(CASES, rule.name);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && /^[^.]+\.conf$/.test(name))
    .map((name) => ({
      file: join(folder, name),
      text: readFileSync(join(folder, name), 'latin1').replaceAll('@DIR@', folder),
    }));
}

function option(text: string, name: string): string[] | undefined {
  return new RegExp(`^#! ${name} (.*)$`, 'm').exec(text)?.[1]?.trim().split(/\s+/);
}

export function lintCase(rule: LintRule, { file, text }: RuleCase): LintOutcome {
  const [major = 2, minor = 4, patch = 71] = (option(text, 'target')?.[0] ?? '2.4.71').split('.').map(Number);
  return lint({
    load: { rootPath: file, text },
    kind: basename(file).startsWith('htaccess') ? 'htaccess' : 'fragment',
    rules: [{ rule, severity: undefined, options: optionsIn(rule, text) }],
    information: {
      target: [major, minor, patch],
      modules: option(text, 'modules'),
      ...(basename(file).startsWith('unknown-target') ? NOTHING_KNOWN : knownOf(rule, file)),
    },
  });
}

/** The options that a case sets, read as those of a settings file are. */
function optionsIn(rule: LintRule, text: string): OptionValues {
  const set = /^#! options (.*)$/m.exec(text)?.[1];
  if (set === undefined) return optionValues(rule.options);
  const settings = parseSettings('/case.json', `{ "rules": { "${rule.name}": ["warning", ${set}] } }`);
  return optionValues(rule.options, settings.options.get(rule.name));
}

const NOTHING_KNOWN = { root: undefined, pools: undefined, php: undefined };

/** What stands beside the cases of a rule as files of the target. */
function knownOf(rule: LintRule, file: string) {
  const folder = join(CASES, rule.name);
  const textOf = (path: string) => (existsSync(path) ? readFileSync(path, 'latin1') : undefined);
  const pool = textOf(file.replace(/\.conf$/, '.pool.conf')) ?? textOf(join(folder, 'pool.conf'));
  const php = textOf(join(folder, 'php.ini'));
  const root = join(folder, 'root');
  return {
    root: existsSync(root) ? root : undefined,
    pools: pool === undefined ? undefined : readFpmPools('/etc/php/pool.conf', pool),
    php: php === undefined ? undefined : readPhpSettings('/etc/php/php.ini', php),
  };
}

/** `file:line severity` of each finding of the rule, and of each mark. */
export function foundAndExpected(
  rule: LintRule,
  outcome: LintOutcome,
): { found: string[]; expected: string[] } {
  const found = outcome.diagnostics
    .filter(({ code }) => code === rule.name)
    .map(({ span, severity }) => {
      const file = fileOf(outcome.sources, span.file);
      return `${file.path}:${lineIndexOf(file).lineAt(span.start)} ${severity}`;
    });
  const expected = outcome.sources.files.flatMap((file) =>
    file.text.split('\n').flatMap((line, i) => {
      const mark = /^\s*#! finding(?: (error|warning|info|hint))?\s*$/.exec(line);
      return mark ? [`${file.path}:${i + 2} ${mark[1] ?? rule.severity}`] : [];
    }),
  );
  return { found: [...new Set(found)].sort(), expected: [...new Set(expected)].sort() };
}

/** The text after every fix of the rule's findings. */
export function fixedText(rule: LintRule, ruleCase: RuleCase): string {
  const outcome = lintCase(rule, ruleCase);
  const edits = outcome.diagnostics
    .filter(({ code }) => code === rule.name)
    .flatMap(({ fix }) => (fix ? [fix.edits] : []));
  return applyEdits(ruleCase.text, 0, edits);
}
