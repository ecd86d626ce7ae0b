import { REASONS } from '../../../pipeline/status.ts';
import { atoi } from '../../core/bind-checks.ts';

/** The flags of a bracketed list, or what is wrong with its form. @source httpd mod_rewrite.c `cmd_parseflagfield` */
export function splitFlags(
  text: string,
): readonly { readonly name: string; readonly value: string }[] | string {
  if (!text.startsWith('[') || !text.endsWith(']')) return 'bad flag delimiters';
  return text
    .slice(1, -1)
    .split(',')
    .map((part) => {
      const flag = part.trim();
      const equals = flag.indexOf('=');
      return equals < 0
        ? { name: flag, value: '' }
        : { name: flag.slice(0, equals), value: flag.slice(equals + 1) };
    });
}

const RULE_FLAGS: ReadonlySet<string> = new Set([
  'b', 'backrefescaping', 'bnp', 'backrefnoplus', 'bctls', 'bne',
  'c', 'chain', 'co', 'cookie', 'e', 'env', 'end', 'f', 'forbidden', 'g', 'gone', 'h', 'handler', 'l', 'last',
  'n', 'next', 'nc', 'nocase', 'ne', 'noescape', 'ns', 'nosubreq', 'p', 'proxy', 'pt', 'passthrough',
  'qsa', 'qsappend', 'qsd', 'qsdiscard', 'qsl', 'qslast', 'r', 'redirect', 's', 'skip', 't', 'type',
  'unc', 'unsafeallow3f', 'unsafeprefixstat',
]); // prettier-ignore

const CONDITION_FLAGS: ReadonlySet<string> = new Set(['nc', 'nocase', 'or', 'ornext', 'nv', 'novary']);

/** Codes that httpd knows a text for. */
function isKnownStatus(status: number): boolean {
  return REASONS.has(status) && status !== 418;
}

/** What httpd says about a flag of a `RewriteRule`; undefined: nothing. @source httpd mod_rewrite.c `cmd_rewriterule_setflag` */
export function ruleFlagProblem(name: string, value: string): string | undefined {
  const lower = name.toLowerCase();
  // Any name with a D is taken for DPI.
  if (!RULE_FLAGS.has(lower) && !lower.startsWith('d')) return `unknown flag '${name}'`;
  if (lower === 'bne' && value === '') return "flag 'BNE' wants a list of characters (i.e. [BNE=...])";
  if ((lower === 'r' || lower === 'redirect') && /^[0-9]/.test(value) && !isKnownStatus(atoi(value))) {
    return `invalid HTTP response code '${value}' for flag 'R'`;
  }
  return undefined;
}

/** What httpd says about a flag of a `RewriteCond`; undefined: nothing. */
export function conditionFlagProblem(name: string): string | undefined {
  return CONDITION_FLAGS.has(name.toLowerCase()) ? undefined : `unknown flag '${name}'`;
}

/** Whether a flag makes its rule refuse the request: `F`, `G`, `R` with a status of an error. */
export function refusesRequest({ name, value }: { readonly name: string; readonly value: string }): boolean {
  switch (name.toLowerCase()) {
    case 'f':
    case 'forbidden':
    case 'g':
    case 'gone':
      return true;
    case 'r':
    case 'redirect':
      return atoi(value) >= 400;
    default:
      return false;
  }
}
