import type { BoundConfig, DirectiveUse } from '../bind/bound.ts';
import { readable } from '../diagnostics/place.ts';
import { placeOf, type Say } from './report.ts';

export interface UnservedPolicy {
  readonly isStrict: boolean;
  /** Lower-case directive names. */
  readonly allowed: ReadonlySet<string>;
}

/** What a command line says about it. */
export function unservedPolicy(args: {
  readonly isStrict: boolean;
  readonly allowUnserved: ReadonlySet<string>;
}): UnservedPolicy {
  return { isStrict: args.isStrict, allowed: args.allowUnserved };
}

/** Whether a line that is not served keeps its configuration from being served. */
export function refusesUse({ directive, isSecurity }: DirectiveUse, policy: UnservedPolicy): boolean {
  return policy.isStrict || (isSecurity && !isAllowed(directive, policy));
}

/** What to do about a line that `refusesUse` is true of. */
export function helpAgainst({ directive, isSecurity }: DirectiveUse, policy: UnservedPolicy): string {
  return isSecurity && !isAllowed(directive, policy)
    ? `it protects something; to serve without it: --allow-unserved ${directive.replace(/^</, '')}`
    : '--strict refuses to serve it partly';
}

function isAllowed(directive: string, { allowed }: UnservedPolicy): boolean {
  const name = directive.toLowerCase();
  return allowed.has(name) || allowed.has(name.replace(/^</, ''));
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
    const refuses = uses.some((use) => refusesUse(use, policy));
    const first = uses.find((use) => use.isSecurity) ?? uses[0]!;
    const more = uses.length > 1 ? ` (and ${uses.length - 1} more)` : '';
    const note = readable(first.note);
    say(
      `${placeOf(bound.sources, first.span)}: ${refuses ? 'error' : 'warning'}: ${name} is not served: ${note}${more}\n`,
    );
    if (!refuses) continue;
    isAccepted = false;
    say(`  = help: ${helpAgainst(first, policy)}\n`);
  }
  return isAccepted;
}
