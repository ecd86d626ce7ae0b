import { removeWord } from '../edits.ts';
import type { LintRule } from '../rule.ts';

/** retry only matters for balancer members. */
export const retryNoEffect: LintRule = {
  name: 'retry-no-effect',
  severity: 'info',
  summary: 'retry only matters for balancer members',
  wave: 2,
  needs: [],
  fixable: 'review',
  page: {
    what: 'Finds `retry` on stand-alone workers.',
    why: 'A worker that is no balancer member is never put aside: each request tries to connect.',
    howToFix: 'Remove it.',
    evidence: ['httpd bug 48388'],
    bad: [{ text: 'ProxyPass "/a/" "fcgi://127.0.0.1:9000/" retry=0\n' }],
    good: [{ text: 'ProxyPass "/a/" "fcgi://127.0.0.1:9000/"\n' }],
  },
  check(model, report) {
    for (const worker of model.workers) {
      const retry = worker.balancer === undefined ? worker.parameter('retry') : undefined;
      if (!retry || /-i/i.test(worker.parameter('status')?.value ?? '')) continue;
      report({
        message: 'retry only matters for balancer members; this worker is never put aside',
        span: retry.span,
        fix: { title: 'Remove retry', kind: 'review', edits: [removeWord(model.loaded.sources, retry.span)] },
      });
    }
  },
};
