import { ruleWithOptions } from '../rule.ts';

/** Connection reuse without max can keep every PHP-FPM child busy with idle connections. */
export const reuseUnbounded = ruleWithOptions({
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
  options: {
    atMost: {
      type: 'count',
      default: 0,
      min: 0,
      max: 100_000,
      description: 'A `max` above this is found too; 0: any `max` is good',
    },
    suggest: {
      type: 'count',
      default: 4,
      min: 1,
      max: 100_000,
      description: 'The `max` that the fix writes',
    },
  },
  check(model, report, { atMost, suggest }) {
    for (const worker of model.workers) {
      if (worker.url.scheme !== 'fcgi') continue;
      const reuse = worker.parameter('enablereuse') ?? worker.parameter('disablereuse');
      if (!reuse || reuse.value.toLowerCase() !== (reuse.key === 'enablereuse' ? 'on' : 'off')) continue;
      const max = worker.parameter('max');
      if (max) {
        if (atMost === 0 || !/^[0-9]+$/.test(max.value) || Number(max.value) <= atMost) continue;
        report({
          message: `max=${max.value} is more than the ${atMost} connections that are allowed here`,
          span: max.span,
          help: `write max=${atMost} or less`,
        });
        continue;
      }
      report({
        message: `${reuse.key}=${reuse.value} without max: idle connections can hold every child of the backend`,
        span: reuse.span,
        help: 'add max= below the number of backend processes, and ttl=',
        fix: {
          title: `Add max=${suggest}`,
          kind: 'review',
          edits: [{ span: { ...reuse.span, start: reuse.span.end }, text: ` max=${suggest}` }],
        },
      });
    }
  },
});
