import type { LintRule } from '../rule.ts';
import { parseCondition } from '../../../grammar/expr/index.ts';
import { groupCount, references } from '../model/groups.ts';

/** $n in the value, but the condition captures nothing. */
export const fcgisetenvifBackrefWithoutCapture: LintRule = {
  name: 'fcgisetenvif-backref-without-capture',
  severity: 'error',
  summary: '$n in the value, but the condition captures nothing',
  wave: 2,
  needs: [],
  fixable: 'none',
  page: {
    what: 'Finds back-references in ProxyFCGISetEnvIf values whose condition has no regular expression with that group.',
    why: 'The reference expands to nothing, or to what an earlier line happened to capture.',
    howToFix: 'Capture the part in the condition with `=~ m#…(…)#`.',
    evidence: ['mod_proxy_fcgi manual, ProxyFCGISetEnvIf'],
    bad: [{ text: 'ProxyFCGISetEnvIf "true" SCRIPT_FILENAME "/srv/www/$1"\n' }],
    good: [
      {
        text: 'ProxyFCGISetEnvIf "reqenv(\'SCRIPT_FILENAME\') =~ m#^/old(/.*)$#" SCRIPT_FILENAME "/srv/www$1"\n',
      },
    ],
  },
  check(model, report) {
    for (const { node } of model.named('ProxyFCGISetEnvIf')) {
      const [condition, , value] = node.args;
      if (!condition || !value) continue;
      const parsed = parseCondition(condition.text);
      if (!parsed.ok) continue;
      const groups = Math.max(0, ...parsed.patterns.map(({ source }) => groupCount(source) ?? 9));
      const hasAny = parsed.patterns.length > 0 && groups > 0;
      const missing = references(value.text).find((n) => (n === 0 ? !hasAny : n > groups));
      if (missing === undefined) continue;
      report({
        message: `$${missing} in the value, but the condition has no matching capture`,
        span: value.span,
        help: 'capture the part in the condition: =~ m#…(…)#',
      });
    }
  },
};
