import { removeWord } from '../edits.ts';
import type { LintRule } from '../rule.ts';

/** enablereuse=on is ignored here. */
export const reuseIneffective: LintRule = {
  name: 'reuse-ineffective',
  severity: 'warning',
  summary: 'enablereuse=on is ignored here',
  wave: 2,
  needs: [],
  fixable: 'safe',
  page: {
    what: 'Finds reuse on workers whose host or port holds a back-reference, and beside `disablereuse=on`.',
    why: 'A worker without a fixed address can keep no connection.',
    howToFix: 'Write the host out, or remove the parameter.',
    evidence: ['mod_proxy manual, ProxyPassMatch', 'AH10400'],
    bad: [{ text: 'ProxyPassMatch "^/(a|b)/(.*)" "fcgi://$1.php:9000/srv/$2" enablereuse=on\n' }],
    good: [{ text: 'ProxyPassMatch "^/a/(.*)" "fcgi://a.php:9000/srv/$1" enablereuse=on max=10\n' }],
  },
  check(model, report) {
    for (const line of model.workerLines) {
      const reuse = line.parameters.find(
        ({ key, value }) => key === 'enablereuse' && value.toLowerCase() === 'on',
      );
      if (!reuse) continue;
      const isDynamic =
        line.by === 'ProxyPassMatch' && line.url.hasDynamicAuthority && !line.url.text.includes('${');
      const isDisabled = line.parameters.some(
        ({ key, value }) => key === 'disablereuse' && value.toLowerCase() === 'on',
      );
      if (!isDynamic && !isDisabled) continue;
      report({
        message: `enablereuse=on is ignored: ${isDynamic ? 'the host or port contains a back-reference' : 'disablereuse is set, too'}`,
        span: reuse.span,
        fix: {
          title: 'Remove enablereuse',
          kind: 'safe',
          edits: [removeWord(model.loaded.sources, reuse.span)],
        },
      });
    }
  },
};
