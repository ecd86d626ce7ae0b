import type { LintRule } from '../rule.ts';
import { originOf, workerBlockFix } from '../worker-block.ts';

/** No worker matches the handler, so reuse, timeouts and limits can not apply. */
export const sethandlerNoWorker: LintRule = {
  name: 'sethandler-no-worker',
  severity: 'info',
  summary: 'No worker matches the handler, so reuse, timeouts and limits can not apply',
  wave: 2,
  needs: [],
  fixable: 'review',
  page: {
    what: 'Finds `SetHandler "proxy:fcgi://…"` without a matching worker.',
    why: 'The request uses the shared default worker.',
    howToFix: 'Define a worker whose URL equals what follows the bar.',
    evidence: ['mod_proxy_fcgi manual, "Define a matching worker"'],
    bad: [
      {
        text: '<FilesMatch "\\.php$">\n  SetHandler "proxy:unix:/run/php/www.sock|fcgi://php-www/"\n</FilesMatch>\n',
      },
    ],
    good: [
      {
        text: '<Proxy "fcgi://php-www/" connectiontimeout=2 timeout=60>\n</Proxy>\n<FilesMatch "\\.php$">\n  SetHandler "proxy:unix:/run/php/www.sock|fcgi://php-www/"\n</FilesMatch>\n',
      },
    ],
  },
  check(model, report) {
    const seen = new Set<string>();
    for (const { by, url, word, at } of model.handlers) {
      if (
        by === 'RewriteRule' ||
        by === 'Action' ||
        !url?.isKnown ||
        url.scheme === '' ||
        url.scheme === 'balancer'
      )
        continue;
      if (model.workerFor(url, at.server) || seen.has(url.workerName)) continue;
      seen.add(url.workerName);
      const fix = workerBlockFix(model, at, url, 'connectiontimeout=2 timeout=60');
      report({
        message: `No worker matches ${url.workerName}: connection reuse, timeouts and limits cannot apply`,
        span: word.span,
        help: `add <Proxy "${originOf(url)}"> with parameters`,
        ...(fix && { fix }),
      });
    }
  },
};
