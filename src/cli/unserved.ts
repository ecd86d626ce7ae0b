import type { BoundConfig, DirectiveUse } from '../bind/bound.ts';
import { readable } from '../diagnostics/place.ts';
import { placeOf, type Say } from './report.ts';

export interface UnservedPolicy {
  readonly isStrict: boolean;
  /** Lower-case directive names. */
  readonly allowed: ReadonlySet<string>;
}

/**
 * Says what of a configuration is not served, once for each directive, and decides whether to start all the same:
 * not when a directive protects something and was not named by `--allow-unserved`, and not with `--strict`.
 */
export function acceptUnserved(bound: BoundConfig, policy: UnservedPolicy, say: Say): boolean {
  const unserved = bound.uses.filter((use) => use.service === 'not served');
  const byName = new Map<string, DirectiveUse[]>();
  for (const use of unserved) {
    const list = byName.get(use.directive);
    if (list === undefined) byName.set(use.directive, [use]);
    else list.push(use);
  }
  let isAccepted = true;
  for (const [name, uses] of byName) {
    const plain = name.replace(/^</, '');
    const isAllowed = policy.allowed.has(plain.toLowerCase()) || policy.allowed.has(name.toLowerCase());
    const isSecurity = uses.some((use) => use.isSecurity);
    const refuses = (isSecurity && !isAllowed) || policy.isStrict;
    const first = uses.find((use) => use.isSecurity) ?? uses[0]!;
    const more = uses.length > 1 ? ` (and ${uses.length - 1} more)` : '';
    const note = readable(first.note);
    say(
      `${placeOf(bound.sources, first.span)}: ${refuses ? 'error' : 'warning'}: ${name} is not served: ${note}${more}\n`,
    );
    if (!refuses) continue;
    isAccepted = false;
    if (isSecurity && !isAllowed)
      say(`  = help: it protects something; to serve without it: --allow-unserved ${plain}\n`);
    else say('  = help: --strict refuses to serve it partly\n');
  }
  return isAccepted;
}
