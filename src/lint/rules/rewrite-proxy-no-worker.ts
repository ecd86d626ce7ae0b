import type { LintRule } from '../rule.ts';
import { originOf, workerBlockFix } from '../worker-block.ts';

/** RewriteRule [P] to a URL that no worker serves. */
export const rewriteProxyNoWorker: LintRule = {
  name: 'rewrite-proxy-no-worker',
  severity: 'warning',
  summary: 'RewriteRule [P] to a URL that no worker serves',
  wave: 2,
  needs: [],
  fixable: 'review',
  page: {
    what: 'Finds proxying rewrite rules whose target has no worker.',
    why: 'Such requests go through the default worker: no reuse, no limits and no timeout of their own.',
    howToFix: 'Define a worker with `<Proxy>` and parameters.',
    evidence: ['mod_proxy manual, "Workers"'],
    bad: [{ text: 'RewriteEngine On\nRewriteRule "^/x/(.*)" "fcgi://127.0.0.1:9000/srv/$1" [P]\n' }],
    good: [
      {
        text: 'RewriteEngine On\n<Proxy "fcgi://127.0.0.1:9000" timeout=30>\n</Proxy>\nRewriteRule "^/x/(.*)" "fcgi://127.0.0.1:9000/srv/$1" [P]\n',
      },
    ],
  },
  check(model, report) {
    for (const { by, url, word, at } of model.handlers) {
      if (
        by !== 'RewriteRule' ||
        !url ||
        url.scheme === '' ||
        url.hasDynamicAuthority ||
        url.scheme === 'balancer' ||
        url.text.includes('${')
      )
        continue;
      if (model.workerFor(url, at.server)) continue;
      const fix = workerBlockFix(model, at, url, 'timeout=30');
      report({
        message: `RewriteRule [P] to ${url.text} uses the default worker: no reuse, no timeout of its own`,
        span: word.span,
        severity: model.isComplete ? 'warning' : 'info',
        help: `add <Proxy "${originOf(url)}" timeout=30>`,
        ...(fix && { fix }),
      });
    }
  },
};
