import type { LintRule } from '../rule.ts';

/** Connection reuse without max can keep every PHP-FPM child busy with idle connections. */
export const reuseUnbounded: LintRule = {
  name: 'reuse-unbounded',
  severity: 'warning',
  summary: 'Connection reuse without max can keep every PHP-FPM child busy with idle connections',
  wave: 1,
  needs: [],
  fixable: 'review',
  page: {
    what: 'Finds fcgi workers with `enablereuse=on` and no `max`.',
    why: 'A PHP-FPM child serves one connection. Without `max`, httpd may keep as many idle ones as it has threads, and new requests wait for a child that nobody uses.',
    howToFix: 'Set `max` below pm.max_children divided by the number of server processes, and a `ttl`.',
    evidence: [
      'mod_proxy_fcgi manual on connection reuse with PHP-FPM',
      'haproxy issue 2936, php-src issue 10335',
    ],
    bad: [{ text: '<Proxy "fcgi://localhost/" enablereuse=on>\n</Proxy>\n' }],
    good: [{ text: '<Proxy "fcgi://localhost/" enablereuse=on max=4 ttl=10>\n</Proxy>\n' }],
  },
  check(model, report) {
    for (const worker of model.workers) {
      if (worker.url.scheme !== 'fcgi') continue;
      const reuse = worker.parameter('enablereuse') ?? worker.parameter('disablereuse');
      if (
        !reuse ||
        reuse.value.toLowerCase() !== (reuse.key === 'enablereuse' ? 'on' : 'off') ||
        worker.parameter('max')
      )
        continue;
      report({
        message: `${reuse.key}=${reuse.value} without max: idle connections can hold every child of the backend`,
        span: reuse.span,
        help: 'add max= below the number of backend processes, and ttl=',
        fix: {
          title: 'Add max=4',
          kind: 'review',
          edits: [{ span: { ...reuse.span, start: reuse.span.end }, text: ' max=4' }],
        },
      });
    }
  },
};
