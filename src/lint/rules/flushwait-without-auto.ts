import type { LintRule } from '../rule.ts';

/** flushwait is only used with flushpackets=auto. */
export const flushwaitWithoutAuto: LintRule = {
  name: 'flushwait-without-auto',
  severity: 'warning',
  summary: 'flushwait is only used with flushpackets=auto',
  wave: 2,
  needs: [],
  fixable: 'review',
  page: {
    what: 'Finds `flushwait` on workers whose `flushpackets` is not `auto`.',
    why: 'With `on` every piece is flushed at once, with `off` none is.',
    howToFix: 'Write `flushpackets=auto`.',
    evidence: ['mod_proxy manual, parameter table; its FastCGI example pairs it with on'],
    bad: [{ text: 'ProxyPass "/sse/" "fcgi://127.0.0.1:9000/" flushpackets=on flushwait=20\n' }],
    good: [{ text: 'ProxyPass "/sse/" "fcgi://127.0.0.1:9000/" flushpackets=auto flushwait=20\n' }],
  },
  check(model, report) {
    for (const worker of model.workers) {
      const wait = worker.parameter('flushwait');
      const mode = worker.parameter('flushpackets');
      if (!wait || mode?.value.toLowerCase() === 'auto' || (mode && /\$\{/.test(mode.value))) continue;
      report({
        message: 'flushwait is only used with flushpackets=auto',
        span: wait.span,
        help: 'write flushpackets=auto',
        fix: mode
          ? {
              title: 'Write flushpackets=auto',
              kind: 'review',
              edits: [{ span: mode.span, text: 'flushpackets=auto' }],
            }
          : {
              title: 'Add flushpackets=auto',
              kind: 'review',
              edits: [{ span: { ...wait.span, end: wait.span.start }, text: 'flushpackets=auto ' }],
            },
      });
    }
  },
};
