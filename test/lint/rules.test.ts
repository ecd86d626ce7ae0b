import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../src/lint/rules/index.ts';
import { TARGET_RULES } from '../../src/lint/target-rules/index.ts';
import { casesOf, fixedText, foundAndExpected, lintCase } from './rule-cases.ts';

const KINDS = ['positive', 'negative', 'near-miss', 'unknown', 'included'] as const;

describe.each([...RULES, ...TARGET_RULES].map((rule) => [rule.name, rule] as const))('%s', (_name, rule) => {
  it.each(KINDS)('has a case of kind %s, and finds exactly what is marked', (kind) => {
    const cases = casesOf(rule, kind);
    expect(cases.length, `test/cases/lint/${rule.name}/${kind}*.conf`).toBeGreaterThan(0);
    for (const one of cases) {
      const { found, expected } = foundAndExpected(rule, lintCase(rule, one));
      expect(found, one.file).toEqual(expected);
      if (kind === 'positive' || kind === 'included') expect(expected.length, one.file).toBeGreaterThan(0);
      if (kind === 'negative' || kind === 'near-miss') expect(expected, one.file).toEqual([]);
    }
  });

  it.each(Object.keys(rule.options ?? {}))(
    'has a case for its option %s, which changes what is found',
    (name) => {
      const [one] = casesOf(rule, `option-${name}`);
      expect(one, `test/cases/lint/${rule.name}/option-${name}.conf`).toBeDefined();
      const outcome = lintCase(rule, one!);
      const { found, expected } = foundAndExpected(rule, outcome);
      expect(found).toEqual(expected);
      const without = lintCase(rule, { ...one!, text: one!.text.replace(/^#! options /m, '#! without ') });
      expect(without.diagnostics).not.toEqual(outcome.diagnostics);
    },
  );

  it('fixes what it says it can fix, once and for all', () => {
    const cases = casesOf(rule, 'fix');
    if (rule.fixable !== 'none')
      expect(cases.length, `test/cases/lint/${rule.name}/fix*.conf`).toBeGreaterThan(0);
    for (const one of cases) {
      const goldenPath = one.file.replace(/\.conf$/, '.fixed');
      expect(existsSync(goldenPath), goldenPath).toBe(true);
      const fixed = fixedText(rule, one);
      expect(fixed).toBe(readFileSync(goldenPath, 'latin1'));
      expect(fixedText(rule, { ...one, text: fixed })).toBe(fixed);
    }
  });

  it('finds something in each bad example of its page, and nothing in the good ones', () => {
    const findings = (text: string) =>
      lintCase(rule, { file: 'example.conf', text }).diagnostics.filter(({ code }) => code === rule.name);
    for (const { text } of rule.page.bad) expect(findings(text).length, text).toBeGreaterThan(0);
    for (const { text } of rule.page.good) expect(findings(text), text).toEqual([]);
  });
});
