import type { LintRule } from '../rule.ts';
import { proxypassExclusionAfter } from './proxypass-exclusion-after.ts';
import { proxypassShadowed } from './proxypass-shadowed.ts';

/** Every lint rule, in the order of the catalogue. */
export const RULES: readonly LintRule[] = [proxypassShadowed, proxypassExclusionAfter];

const byName = new Map(RULES.map((rule) => [rule.name, rule]));

export function findRule(name: string): LintRule | undefined {
  return byName.get(name);
}
