import type { LintRule } from '../rule.ts';
import type { Word } from '../../syntax/tree.ts';
import { groupCount, references } from '../model/groups.ts';

/** A back-reference names a group that the pattern does not have. */
export const backrefOutOfRange: LintRule = {
  name: 'backref-out-of-range',
  severity: 'error',
  summary: 'A back-reference names a group that the pattern does not have',
  wave: 2,
  needs: [],
  fixable: 'none',
  page: {
    what: 'Finds `$n` in ProxyPassMatch and RewriteRule targets beyond the groups of the pattern.',
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
  },
};
