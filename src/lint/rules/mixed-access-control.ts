import type { LintRule } from '../rule.ts';
import type { SectionNode } from '../../syntax/tree.ts';
import { groupBy } from '../model/group-by.ts';
import type { PlacedDirective } from '../model/model.ts';

/** The section whose config a line is part of. */
function scopeOf(at: PlacedDirective): SectionNode | undefined {
  return at.sections.findLast(({ name }) => /^(directory|location|files|proxy|if|elseif|else)/.test(name))
    ?.node;
}

/** Whether what an outer section says still applies in an inner one that has no old-style line of its own. */
function reaches(outer: SectionNode, inner: SectionNode): boolean {
  const from = outer.args[0]?.text.replace(/\/?$/, '/') ?? '';
  const to = inner.args[0]?.text.replace(/\/?$/, '/') ?? '';
  const outerName = outer.name.text.toLowerCase();
  const innerName = inner.name.text.toLowerCase();
  if (outerName === 'directory') return innerName === 'directory' ? to.startsWith(from) : from === '/';
  return outerName === 'location' && innerName === 'location' && to.startsWith(from);
}

/** Old and new access control both apply to one place. */
export const mixedAccessControl: LintRule = {
  name: 'mixed-access-control',
  severity: 'error',
  summary: 'Old and new access control both apply to one place',
  isSecurity: true,
  wave: 1,
  needs: [],
  fixable: 'none',
  page: {
    what: 'Finds `Require` where Order, Allow or Deny of the same or an outer section still apply.',
    why: 'The two systems are evaluated one after the other and merged by different rules: an allow of the one does not lift a deny of the other.',
    howToFix: 'Use Require everywhere.',
    evidence: ['"Upgrading to 2.4 from 2.2", mixing old and new directives'],
    bad: [
      {
        text: '<Directory "/">\n  Order deny,allow\n  Deny from all\n</Directory>\n<Location "/status">\n  Require local\n</Location>\n',
      },
    ],
    good: [
      {
        text: '<Directory "/">\n  Require all denied\n</Directory>\n<Location "/status">\n  Require local\n</Location>\n',
      },
    ],
  },
  check(model, report) {
    const old = [...model.named('order'), ...model.named('allow'), ...model.named('deny')];
    const byScope = groupBy(old, scopeOf);
    const denying = groupBy(
      model.named('deny').filter(({ node }) => /^from\s+all\b/i.test(node.argsText)),
      ({ server }) => server,
    );
    const seen = new Set<SectionNode | undefined>();
    for (const at of model.named('Require')) {
      const scope = scopeOf(at);
      if (!scope || seen.has(scope)) continue;
      const [beside] = byScope.get(scope) ?? [];
      const above = beside
        ? undefined
        : [...new Set([at.server, model.servers[0]!])]
            .flatMap((server) => denying.get(server) ?? [])
            .find((line) => {
              const outer = scopeOf(line);
              return outer && outer !== scope && reaches(outer, scope);
            });
      const other = beside ?? above;
      if (!other) continue;
      const isCompatible = beside && !byScope.get(scope)?.some((line) => line.name.toLowerCase() === 'deny');
      seen.add(scope);
      report({
        message: `Order, Allow and Deny apply beside Require in <${scope.name.text} ${scope.args[0]?.text ?? ''}>; the old rules can win`,
        span: at.node.span,
        ...(isCompatible && { severity: 'warning' as const }),
        related: [{ message: 'the old-style rule', span: other.node.span }],
        help: 'use Require everywhere',
      });
    }
  },
};
