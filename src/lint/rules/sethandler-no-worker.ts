import type { LintRule } from '../rule.ts';
import type { BackendUrl, LintModel } from '../model/model.ts';
import { isServing } from '../model/workers.ts';
import { originOf, workerBlockFix } from '../worker-block.ts';

/** Whether the port is still to be written, or a worker that serves nothing may be the one that was meant. */
function hasOtherRemedy(url: BackendUrl, idleSchemes: ReadonlySet<string>): boolean {
  return idleSchemes.has(url.scheme) || (url.scheme === 'fcgi' && !url.hasPort && url.socket === undefined);
}

/** Schemes of stand-alone workers that serve nothing. */
function schemesOfIdle(model: LintModel): ReadonlySet<string> {
  const idle = model.workers.filter((worker) => worker.balancer === undefined && !isServing(model, worker));
  return new Set(idle.map(({ url }) => url.scheme));
}

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
    const idleSchemes = schemesOfIdle(model);
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
      const fix = hasOtherRemedy(url, idleSchemes)
        ? undefined
        : workerBlockFix(model, at, url, 'connectiontimeout=2 timeout=60');
      report({
        message: `No worker matches ${url.workerName}: connection reuse, timeouts and limits cannot apply`,
        span: word.span,
        help: `add <Proxy "${originOf(url)}"> with parameters`,
        ...(fix && { fix }),
      });
    }
  },
};
