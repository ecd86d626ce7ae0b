import type { LintRule } from '../rule.ts';
import { suggestNames } from '../../diagnostics/suggest.ts';
import { groupBy } from '../model/group-by.ts';
import type { Span } from '../../source/source.ts';
import type { BackendUrl, ModelServer } from '../model/model.ts';

/** A balancer has no members, so every request gets 503. */
export const balancerNoMembers: LintRule = {
  name: 'balancer-no-members',
  severity: 'error',
  summary: 'A balancer has no members, so every request gets 503',
  wave: 1,
  needs: [],
  fixable: 'none',
  page: {
    what: 'Finds balancers that are mapped to but have no BalancerMember.',
    why: 'Naming a balancer in ProxyPass creates an empty one, so a misspelt name is not refused: every request is answered 503.',
    howToFix: 'Use the name under which the members are listed.',
    evidence: ['AH01171'],
    bad: [
      {
        text: 'ProxyPass "/" "balancer://php-pool/"\n<Proxy "balancer://phppool">\n  BalancerMember "fcgi://10.0.0.5:9000"\n</Proxy>\n',
      },
    ],
    good: [
      {
        text: 'ProxyPass "/" "balancer://phppool/"\n<Proxy "balancer://phppool">\n  BalancerMember "fcgi://10.0.0.5:9000"\n</Proxy>\n',
      },
    ],
  },
  check(model, report) {
    const filled = groupBy(
      model.balancers.filter((balancer) => balancer.members.length > 0),
      ({ name }) => name,
    );
    const check = (url: BackendUrl, span: Span, server: ModelServer): void => {
      if (url.scheme !== 'balancer' || !url.isKnown || url.host === '') return;
      const name = `balancer://${url.host}`;
      if (filled.get(name)?.some((balancer) => balancer.server === server || balancer.server.isMain)) return;
      const near = suggestNames(name, filled.keys());
      report({
        message: `${name} has no BalancerMember; every request gets 503`,
        span,
        severity: model.isComplete ? 'error' : 'warning',
        help:
          near.length > 0
            ? `did you mean ${near.join(', ')}?`
            : 'add BalancerMember lines in a <Proxy> block of that name',
      });
    };
    for (const { target } of model.mappings)
      if (target) check(target.url, target.urlWord.span, target.at.server);
    for (const { url, word, at } of model.handlers) if (url) check(url, word.span, at.server);
  },
};
