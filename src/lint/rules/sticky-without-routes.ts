import type { LintRule } from '../rule.ts';

/** stickysession is set, but members have no route of their own. */
export const stickyWithoutRoutes: LintRule = {
  name: 'sticky-without-routes',
  severity: 'warning',
  summary: 'stickysession is set, but members have no route of their own',
  wave: 2,
  needs: [],
  fixable: 'none',
  page: {
    what: 'Finds sticky balancers with members without `route`, or with the same one.',
    why: 'The route in the session names the member; without it nothing ties a session to one.',
    howToFix: 'Give every member a route.',
    evidence: ['mod_proxy_balancer manual on stickiness'],
    bad: [
      {
        text: '<Proxy "balancer://c">\n  BalancerMember "fcgi://10.0.0.5:9000"\n  BalancerMember "fcgi://10.0.0.6:9000"\n  ProxySet stickysession=ROUTEID\n</Proxy>\n',
      },
    ],
    good: [
      {
        text: '<Proxy "balancer://c">\n  BalancerMember "fcgi://10.0.0.5:9000" route=a\n  BalancerMember "fcgi://10.0.0.6:9000" route=b\n  ProxySet stickysession=ROUTEID\n</Proxy>\n',
      },
    ],
  },
  check(model, report) {
    for (const balancer of model.balancers) {
      const sticky = balancer.parameter('stickysession');
      if (!sticky || balancer.members.length < 2) continue;
      const routes = balancer.members.map((member) => member.parameter('route')?.value);
      const missing = routes.filter((route) => route === undefined).length;
      if (missing > 0) {
        report({
          message: `stickysession is set, but ${missing} of ${routes.length} members ${missing === 1 ? 'has' : 'have'} no route`,
          span: sticky.span,
          related: balancer.members
            .filter((member) => !member.parameter('route'))
            .map((member) => ({ message: 'no route here', span: member.lines[0]!.urlWord.span })),
          help: 'give every member a route',
        });
        continue;
      }
      const double = routes.find((route, i) => routes.indexOf(route) !== i);
      if (double === undefined || /\$\{/.test(double)) continue;
      report({
        message: `Two members have the route ${double}`,
        span: sticky.span,
        help: 'give every member a route of its own',
      });
    }
  },
};
