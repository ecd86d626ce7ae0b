import type { LintRule } from '../rule.ts';
import { judge, targetOf } from '../model/parameters.ts';

/** A balancer parameter stands on a member, or the other way round. */
export const paramWrongTarget: LintRule = {
  name: 'param-wrong-target',
  severity: 'error',
  summary: 'A balancer parameter stands on a member, or the other way round',
  wave: 1,
  needs: [],
  fixable: 'none',
  replaces: ['bind/invalid'],
  page: {
    what: 'Finds `stickysession` and the like on members, and `loadfactor`, `route` and the like on balancers.',
    why: 'The two kinds of target have parameters of their own; httpd refuses the other ones.',
    howToFix: 'Move the parameter to a ProxySet of the balancer, or to the BalancerMember line.',
    evidence: ['mod_proxy manual, the two parameter tables of ProxyPass'],
    bad: [
      {
        text: '<Proxy "balancer://c">\n  BalancerMember "fcgi://10.0.0.5:9000" stickysession=PHPSESSID\n</Proxy>\n',
      },
    ],
    good: [
      {
        text: '<Proxy "balancer://c">\n  BalancerMember "fcgi://10.0.0.5:9000"\n  ProxySet stickysession=PHPSESSID\n</Proxy>\n',
      },
    ],
  },
  check(model, report) {
    for (const line of model.workerLines) {
      for (const parameter of line.parameters) {
        if (judge(line, parameter).kind !== 'misplaced') continue;
        const isOnWorker = targetOf(line) === 'worker';
        report({
          message: `${parameter.key} is a ${isOnWorker ? 'balancer' : 'member'} parameter`,
          span: parameter.span,
          help: isOnWorker
            ? 'set it with ProxySet in the <Proxy "balancer://…"> block'
            : 'put it on the BalancerMember lines',
        });
      }
    }
  },
};
