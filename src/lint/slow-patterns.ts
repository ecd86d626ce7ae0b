import type { BoundConfig, BoundRow, BoundScope } from '../bind/bound.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { BoundRegex } from '../modules/module.ts';
import { compilePcre } from '../pattern/pcre.ts';
import type { Attack, PatternTrial } from '../pattern/redos.ts';
import type { Span } from '../source/source.ts';
import type { OptionValues } from './options.ts';
import { SLOW_PATTERN } from './built-in.ts';
import type { LintModel } from './model/model.ts';

/** Tries a pattern, in a thread that can be given up. */
export type TryPattern = (pattern: {
  readonly source: string;
  readonly caseless: boolean;
}) => Promise<PatternTrial>;

/** How many different patterns one root may have tried; more suspicious ones than these no file has by accident. */
const MAX_TRIALS = 200;

/**
 * Findings for the patterns of a configuration that a subject can make slow.
 *
 * @param options those of the rule `slow-pattern`
 */
export async function slowPatternFindings(
  model: LintModel,
  tryPattern: TryPattern,
  options: OptionValues,
): Promise<Diagnostic[]> {
  const patterns = new Map<string, BoundRegex[]>();
  for (const regex of [...boundPatterns(model.bound), ...rewritePatterns(model)]) {
    const key = `${regex.caseless ? 'i' : 's'} ${regex.source}`;
    const known = patterns.get(key);
    if (known) known.push(regex);
    else patterns.set(key, [regex]);
  }
  const found: Diagnostic[] = [];
  let trials = 0;
  for (const uses of patterns.values()) {
    const { source, caseless } = uses[0]!;
    const compiled = compilePcre(source, { caseless });
    if (!compiled.ok || !compiled.pattern.isSuspicious) continue;
    if (++trials > MAX_TRIALS) break;
    const trial = await tryPattern({ source, caseless });
    if (trial.verdict === 'safe') continue;
    if (trial.verdict === 'slow' && (trial.attack?.steps ?? 0) < Number(options['atLeast'])) continue;
    for (const { span } of uses) found.push(finding(trial, span));
  }
  return found;
}

function finding(trial: PatternTrial, span: Diagnostic['span']): Diagnostic {
  const { verdict, attack } = trial;
  return {
    code: SLOW_PATTERN,
    severity: verdict === 'dangerous' ? 'warning' : 'info',
    message:
      verdict === 'dangerous'
        ? 'A request can make matching this pattern take millions of steps'
        : 'The time that this pattern takes grows faster than its subject',
    span,
    help:
      attack === undefined ? 'let neighbouring repetitions start differently' : `try it on ${shown(attack)}`,
  };
}

/** An attack as an expression that a person can read: `"/" + "a" × 8188 + "!"`. */
function shown({ prefix, pump, repeats, suffix, steps, gaveUp }: Attack): string {
  const parts = [
    ...(prefix === '' ? [] : [JSON.stringify(prefix)]),
    `${JSON.stringify(pump)} x ${repeats}`,
    ...(suffix === '' ? [] : [JSON.stringify(suffix)]),
  ];
  return `${parts.join(' + ')}: ${gaveUp ? `more than ${steps}` : steps} steps`;
}

function boundPatterns(bound: BoundConfig): BoundRegex[] {
  const found: BoundRegex[] = [];
  const visitItem = (item: BoundRow | BoundScope): void => {
    if (item.kind === 'row') {
      collect(item.value, item.span, found, 0);
      return;
    }
    if (item.regex) found.push(item.regex);
    if (item.expr) collect(item.expr, item.span, found, 0);
    item.items.forEach(visitItem);
  };
  for (const server of [bound.main, ...bound.vhosts]) visitItem(server.root);
  return found;
}

const MAX_VALUE_DEPTH = 24;

/** Binders' values are plain data of any shape; a pattern is known by its own. `around` is for one without a place. */
function collect(value: unknown, around: Span, found: BoundRegex[], depth: number): void {
  if (typeof value !== 'object' || value === null || depth > MAX_VALUE_DEPTH) return;
  const span = 'span' in value && isSpan(value.span) ? value.span : around;
  if ('source' in value && typeof value.source === 'string' && 'caseless' in value) {
    found.push({ source: value.source, caseless: value.caseless === true, span });
    return;
  }
  const parts: Iterable<unknown> = value instanceof Map ? value.values() : Object.values(value);
  for (const part of parts) collect(part, span, found, depth + 1);
}

function isSpan(value: unknown): value is Span {
  return typeof value === 'object' && value !== null && 'file' in value && 'start' in value && 'end' in value;
}

/** Patterns of mod_rewrite's lines, of which the gateway keeps no rows. */
function rewritePatterns(model: LintModel): BoundRegex[] {
  const lines = [
    ...model.named('RewriteRule').map(({ node }) => ({ word: node.args[0], flags: node.args[2] })),
    ...model
      .named('RewriteCond')
      .filter(({ node }) => node.args[0]?.text.toLowerCase() !== 'expr')
      .map(({ node }) => ({ word: node.args[1], flags: node.args[2] })),
  ];
  return lines.flatMap(({ word, flags }) => {
    if (!word || NO_PATTERN.test(word.text)) return [];
    const caseless = /[[,]\s*(nc|nocase)\s*[\],]/i.test(flags?.text ?? '');
    return [{ source: word.text.replace(/^!/, ''), caseless, span: word.span }];
  });
}

/** Conditions that compare or look at files. */
const NO_PATTERN = /^!?(?:-[fslhdxFUL]$|[<>=]|-(?:lt|le|eq|ge|gt|ne))/;
