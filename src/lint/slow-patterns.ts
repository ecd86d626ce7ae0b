import type { BoundConfig, BoundRow, BoundScope } from '../bind/bound.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { BoundRegex } from '../modules/module.ts';
import { compilePcre } from '../pattern/pcre.ts';
import type { Attack, PatternTrial } from '../pattern/redos.ts';
import { SLOW_PATTERN } from './built-in.ts';

/** Tries a pattern, in a thread that can be given up. */
export type TryPattern = (pattern: {
  readonly source: string;
  readonly caseless: boolean;
}) => Promise<PatternTrial>;

/** How many different patterns one root may have tried; more suspicious ones than these no file has by accident. */
const MAX_TRIALS = 200;

/** Findings for the patterns of a configuration that a subject can make slow. */
export async function slowPatternFindings(bound: BoundConfig, tryPattern: TryPattern): Promise<Diagnostic[]> {
  const patterns = new Map<string, BoundRegex[]>();
  for (const regex of patternsOf(bound)) {
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

function patternsOf(bound: BoundConfig): BoundRegex[] {
  const found: BoundRegex[] = [];
  const visitItem = (item: BoundRow | BoundScope): void => {
    if (item.kind === 'row') {
      collect(item.value, found, 0);
      return;
    }
    if (item.regex) found.push(item.regex);
    if (item.expr) collect(item.expr, found, 0);
    item.items.forEach(visitItem);
  };
  for (const server of [bound.main, ...bound.vhosts]) visitItem(server.root);
  return found;
}

/** Binders' values are plain data of any shape; a pattern is known by its own. */
function collect(value: unknown, found: BoundRegex[], depth: number): void {
  if (typeof value !== 'object' || value === null || depth > 8) return;
  if (isRegex(value)) {
    found.push(value);
    return;
  }
  const parts: Iterable<unknown> = value instanceof Map ? value.values() : Object.values(value);
  for (const part of parts) collect(part, found, depth + 1);
}

function isRegex(value: object): value is BoundRegex {
  return 'source' in value && typeof value.source === 'string' && 'caseless' in value && 'span' in value;
}
