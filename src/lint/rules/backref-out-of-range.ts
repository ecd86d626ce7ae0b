import type { LintRule } from '../rule.ts';
import type { DirectiveNode, SectionNode, Word } from '../../syntax/tree.ts';
import type { LintModel } from '../model/model.ts';
import { groupCount, references } from '../model/groups.ts';

/** Each RewriteRule with the most groups that one of its conditions has: -1 without any, undefined when unknown. */
function rulesWithConditions(model: LintModel): { node: DirectiveNode; groups: number | undefined }[] {
  const pending = new Map<SectionNode | undefined, number | undefined>();
  const lines = [...model.named('RewriteCond'), ...model.named('RewriteRule')];
  return lines
    .sort((a, b) => a.order - b.order)
    .flatMap(({ name, node, sections }) => {
      const scope = sections.at(-1)?.node;
      const groups = pending.has(scope) ? pending.get(scope) : -1;
      if (name === 'RewriteRule') {
        pending.delete(scope);
        return [{ node, groups }];
      }
      const own = groupsOfCondition(node);
      pending.set(scope, groups === undefined || own === undefined ? undefined : Math.max(groups, own));
      return [];
    });
}

/** Groups of a RewriteCond's pattern; undefined for an expression and what is not known. */
function groupsOfCondition({ args: [subject, pattern] }: DirectiveNode): number | undefined {
  if (!subject || !pattern || subject.text.toLowerCase() === 'expr' || pattern.text.includes('${'))
    return undefined;
  return groupCount(pattern.text.replace(/^!/, ''));
}

/** A back-reference names a group that the pattern does not have. */
export const backrefOutOfRange: LintRule = {
  name: 'backref-out-of-range',
  severity: 'error',
  summary: 'A back-reference names a group that the pattern does not have',
  wave: 2,
  needs: [],
  fixable: 'none',
  page: {
    what: 'Finds `$n` in ProxyPassMatch and RewriteRule targets beyond the groups of the pattern, and `%n` beyond those of every RewriteCond of the rule.',
    why: 'It expands to nothing, and the target silently loses that part.',
    howToFix: 'Use the number of a group that is there.',
    evidence: ['mod_rewrite manual, "Regex Back-Reference Availability"'],
    bad: [{ text: 'ProxyPassMatch "^/(.+\\.php)$" "fcgi://127.0.0.1:9000/srv/$2"\n' }],
    good: [{ text: 'ProxyPassMatch "^/(.+\\.php)$" "fcgi://127.0.0.1:9000/srv/$1"\n' }],
  },
  check(model, report) {
    const check = (pattern: Word | undefined, target: Word | undefined): void => {
      if (!pattern || !target || /\$\{/.test(pattern.text)) return;
      const count = groupCount(pattern.text.replace(/^!/, ''));
      if (count === undefined) return;
      const missing = [...new Set(references(target.text))].filter(
        (n) => n > (pattern.text.startsWith('!') ? -1 : count),
      );
      for (const n of missing) {
        report({
          message: `$${n} refers to a group that the pattern does not have; it expands to nothing`,
          span: target.span,
          related: [
            { message: `the pattern has ${count} group${count === 1 ? '' : 's'}`, span: pattern.span },
          ],
        });
      }
    };
    for (const { isMatch, path, target } of model.mappings) if (isMatch) check(path, target?.urlWord);
    for (const { node } of [
      ...model.named('RewriteRule'),
      ...model.named('AliasMatch'),
      ...model.named('ScriptAliasMatch'),
    ])
      check(node.args[0], node.args[1]);
    for (const { node, groups } of rulesWithConditions(model)) {
      const target = node.args[1];
      if (!target || groups === undefined) continue;
      for (const n of new Set(references(target.text.replace(/%\{/g, '{'), '%'))) {
        if (n <= groups) continue;
        report({
          message: `%${n} refers to a group that no RewriteCond of this rule has; it expands to nothing`,
          span: target.span,
        });
      }
    }
  },
};
