import type { LintRule } from '../rule.ts';
import { judge } from '../model/parameters.ts';

/** A parameter has a value that mod_proxy refuses. */
export const invalidProxyParamValue: LintRule = {
  name: 'invalid-proxy-param-value',
  severity: 'error',
  summary: 'A parameter has a value that mod_proxy refuses',
  wave: 1,
  needs: [],
  fixable: 'none',
  replaces: ['bind/invalid'],
  page: {
    what: 'Finds values out of range or of the wrong form in worker and balancer parameters.',
    why: 'httpd refuses to start.',
    howToFix: 'Use a value of the range that the message names.',
    evidence: ['mod_proxy manual, parameter tables'],
    bad: [
      { text: '<Proxy "balancer://c">\n  BalancerMember "fcgi://10.0.0.5:9000" loadfactor=0.5\n</Proxy>\n' },
    ],
    good: [
      { text: '<Proxy "balancer://c">\n  BalancerMember "fcgi://10.0.0.5:9000" loadfactor=1\n</Proxy>\n' },
    ],
  },
  check(model, report) {
    for (const line of model.workerLines) {
      for (const parameter of line.parameters) {
        const judgement = judge(line, parameter);
        if (judgement.kind !== 'invalid') continue;
        report({ message: `${parameter.key}=${parameter.value}: ${judgement.reason}`, span: parameter.span });
      }
    }
  },
};
