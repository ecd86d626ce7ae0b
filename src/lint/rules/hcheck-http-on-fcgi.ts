import type { LintRule } from '../rule.ts';

/** A health check speaks HTTP to a FastCGI member. */
export const hcheckHttpOnFcgi: LintRule = {
  name: 'hcheck-http-on-fcgi',
  severity: 'error',
  summary: 'A health check speaks HTTP to a FastCGI member',
  wave: 2,
  needs: [],
  fixable: 'safe',
  page: {
    what: 'Finds `hcmethod` other than TCP on fcgi members.',
    why: 'The check sends an HTTP request, which no FastCGI application answers: the member counts as down for ever.',
    howToFix: 'Use `hcmethod=TCP`.',
    evidence: ['mod_proxy_hcheck manual, method table'],
    bad: [
      {
        text: '<Proxy "balancer://c">\n  BalancerMember "fcgi://10.0.0.5:9000" hcmethod=GET hcuri=/ping\n</Proxy>\n',
      },
    ],
    good: [
      {
        text: '<Proxy "balancer://c">\n  BalancerMember "fcgi://10.0.0.5:9000" hcmethod=TCP hcinterval=5\n</Proxy>\n',
      },
    ],
  },
  check(model, report) {
    for (const line of model.workerLines) {
      if (line.url.scheme !== 'fcgi') continue;
      for (const parameter of line.parameters) {
        if (
          parameter.key !== 'hcmethod' ||
          /^(tcp|none)$/i.test(parameter.value) ||
          /\$\{/.test(parameter.value)
        )
          continue;
        report({
          message: `hcmethod=${parameter.value} speaks HTTP; an fcgi member can only be checked with TCP`,
          span: parameter.span,
          fix: {
            title: 'Write hcmethod=TCP',
            kind: 'safe',
            edits: [{ span: parameter.span, text: 'hcmethod=TCP' }],
          },
        });
      }
    }
  },
};
