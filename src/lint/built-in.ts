import type { Severity } from '../diagnostics/diagnostic.ts';
import type { LintRule } from './rule.ts';
import { RULES } from './rules/index.ts';
import { TARGET_RULES } from './target-rules/index.ts';
import { INVALID_SUPPRESSION, UNUSED_SUPPRESSION } from './suppress.ts';

export const SLOW_PATTERN = 'slow-pattern';
export const BINARY_FILE = 'binary-file';
export const BYTE_ORDER_MARK = 'byte-order-mark';
export const UNKNOWN_MODULE = 'unknown-module';

/** What is said about a rule, however it is found. */
export type RuleInfo = Omit<LintRule, 'check'>;

/** A lone `# lint-…` comment with a line to go with it, as examples need. */
const LISTEN = 'Listen 8080\n';

/** Findings that lint makes beside its rules: about the input as such, and about what needs more than the model. */
export const BUILT_IN_RULES: readonly RuleInfo[] = [
  {
    name: SLOW_PATTERN,
    severity: 'warning',
    summary: 'A request can make matching a pattern take a very long time',
    isSecurity: true,
    wave: 1,
    needs: [],
    fixable: 'none',
    page: {
      what: 'Finds regular expressions that can be matched in very many ways, tries them on subjects made from their own loops, and shows the worst subject.',
      why: 'Each request can be such a subject. httpd gives up after its match limit and answers as if nothing had matched; until then a worker thread, or in the gateway the whole loop, does nothing else.',
      howToFix: 'Do not nest repetitions, and let neighbouring repetitions start with different characters.',
      evidence: ['PCRE2 manual, pcre2perform', 'CWE-1333'],
      bad: [{ text: 'RedirectMatch "^/(([a-z]+)*)+!$" "/elsewhere"\n' }],
      good: [{ text: 'RedirectMatch "^/[a-z]+!$" "/elsewhere"\n' }],
    },
    options: {
      atLeast: {
        type: 'count',
        default: 0,
        min: 0,
        max: 2_000_000,
        description:
          'Steps of the worst subject below which a pattern that only grows faster than its subject says nothing',
      },
    },
  },
  {
    name: BINARY_FILE,
    severity: 'error',
    summary: 'A file holds zero bytes and is no configuration text',
    wave: 1,
    needs: [],
    fixable: 'none',
    page: {
      what: 'Finds files with zero bytes among those that are read as configuration.',
      why: 'httpd cuts each line at a zero byte, so most of such a file means nothing or something else than what an editor shows. An Include with a broad wildcard often brings one in.',
      howToFix: 'Name the files to include more narrowly, or save the file as plain text.',
      evidence: ['httpd reads lines as C strings'],
      bad: [{ text: 'Listen 8080\n\0\n' }],
      good: [{ text: LISTEN }],
    },
  },
  {
    name: BYTE_ORDER_MARK,
    severity: 'error',
    summary: 'A file starts with a byte order mark, which httpd takes for a part of the first word',
    wave: 1,
    needs: [],
    fixable: 'safe',
    replaces: ['bind/unknown-directive'],
    page: {
      what: 'Finds files that start with the three bytes of a UTF-8 byte order mark.',
      why: 'httpd knows no such mark: the first line becomes an unknown command, and the server does not start.',
      howToFix: 'Save the file as UTF-8 without a byte order mark.',
      evidence: ['httpd reads configuration files as bytes'],
      bad: [{ text: `\u00ef\u00bb\u00bf${LISTEN}` }],
      good: [{ text: LISTEN }],
    },
  },
  {
    name: UNKNOWN_MODULE,
    severity: 'warning',
    summary: 'A module is none of httpd, so its directives can not be checked',
    wave: 1,
    needs: [],
    fixable: 'none',
    replaces: ['load/module-unknown', 'bind/unknown-directive'],
    page: {
      what: 'Finds LoadModule lines of modules that do not come with httpd, and (as notes) directives that may be theirs. A directive that is nearly one of httpd stays an error.',
      why: 'What such a module does is not known here: that nothing else was found does not mean that all is well. The gateway serves nothing of it.',
      howToFix:
        'When the module is meant, name it in the option `modules`, and its directives in `directives`.',
      evidence: ['httpd manual, the list of modules'],
      bad: [
        {
          text: 'LoadModule security2_module modules/mod_security2.so\nSecRuleEngine On\n',
        },
      ],
      good: [{ text: 'LoadModule rewrite_module modules/mod_rewrite.so\nRewriteEngine On\n' }],
    },
    options: {
      modules: { type: 'texts', default: [], description: 'Identifiers of modules that are meant' },
      directives: {
        type: 'texts',
        default: [],
        description:
          'Directives of such modules, which then count as known wherever they stand; `*` and `?` stand for what they do in file names',
      },
    },
  },
  {
    name: UNUSED_SUPPRESSION,
    severity: 'info',
    summary: 'A lint-disable comment silences nothing',
    wave: 1,
    needs: [],
    fixable: 'none',
    page: {
      what: 'Finds comments that silence a rule where it has nothing to say.',
      why: 'Such a comment hides the next finding of that rule at the same place.',
      howToFix: 'Remove the comment.',
      evidence: ['docs/lint.md, "Suppression"'],
      bad: [{ text: `# lint-disable-next-line proxypass-shadowed -- no longer needed\n${LISTEN}` }],
      good: [
        {
          text: 'ProxyPass "/app/" "fcgi://127.0.0.1:9000/"\n# lint-disable-next-line proxypass-shadowed -- kept until June\nProxyPass "/app/v2/" "fcgi://127.0.0.1:9002/"\n',
        },
      ],
    },
  },
  {
    name: INVALID_SUPPRESSION,
    severity: 'warning',
    summary: 'A lint-disable comment names no rule that exists, or lacks its reason',
    wave: 1,
    needs: [],
    fixable: 'none',
    page: {
      what: 'Finds suppressions with a name that is no rule, and with `requireReason` those without a reason.',
      why: 'A misspelt name silences nothing; a suppression without a reason can never be taken away again.',
      howToFix: 'Write the name of a rule (`--list-rules`), and the reason behind two hyphens.',
      evidence: ['docs/lint.md, "Suppression"'],
      bad: [{ text: `# lint-disable-next-line proxypass-shadow -- misspelt\n${LISTEN}` }],
      good: [{ text: LISTEN }],
    },
  },
];

/** Every rule that may be named, with what is said about it. */
export function allRules(): readonly RuleInfo[] {
  return [...RULES, ...TARGET_RULES, ...BUILT_IN_RULES];
}

const byName = new Map<string, RuleInfo>();

export function findRuleInfo(name: string): RuleInfo | undefined {
  if (byName.size === 0) for (const rule of allRules()) byName.set(rule.name, rule);
  return byName.get(name);
}

/** The level of a rule in force: `off`, or the severity of its findings; undefined: each finding's own. */
export type RuleLevel = 'off' | Exclude<Severity, 'hint'>;
