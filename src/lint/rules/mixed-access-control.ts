import type { LintRule } from '../rule.ts';
import type { SectionNode } from '../../syntax/tree.ts';
import { groupBy } from '../model/group-by.ts';
import type { PlacedDirective } from '../model/model.ts';
import { PrefixTable } from '../model/prefix-table.ts';

/** The section whose config a line is part of. */
function scopeOf(at: PlacedDirective): SectionNode | undefined {
  return at.sections.findLast(({ name }) => /^(directory|location|files|proxy|if|elseif|else)/.test(name))
    ?.node;
}

function slashed(section: SectionNode): string {
  return section.args[0]?.text.replace(/\/?$/, '/') ?? '';
}

/** `Deny from all` lines of one server, by the sections that they reach into. */
class Denials {
  readonly #tables = {
    directory: new PrefixTable<PlacedDirective>(),
    location: new PrefixTable<PlacedDirective>(),
  };

  add(line: PlacedDirective): void {
    const outer = scopeOf(line);
    const name = outer?.name.text.toLowerCase();
    if (outer && (name === 'directory' || name === 'location')) this.#tables[name].add(slashed(outer), line);
  }

  /** The first that still applies in an inner section that has no old-style line of its own. */
  firstReaching(inner: SectionNode): PlacedDirective | undefined {
    const name = inner.name.text.toLowerCase();
    const found = this.#tables.directory.covering(name === 'directory' ? slashed(inner) : '/');
    if (name === 'location') found.push(...this.#tables.location.covering(slashed(inner)));
    return found.reduce<PlacedDirective | undefined>((a, b) => (a && a.order < b.order ? a : b), undefined);
  }
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
    const denying = new Map(model.servers.map((server) => [server, new Denials()]));
    for (const line of model.named('deny')) {
      if (/^from\s+all\b/i.test(line.node.argsText)) denying.get(line.server)!.add(line);
    }
    const seen = new Set<SectionNode | undefined>();
    for (const at of model.named('Require')) {
      const scope = scopeOf(at);
      if (!scope || seen.has(scope)) continue;
      const [beside] = byScope.get(scope) ?? [];
      const above = beside
        ? undefined
        : (denying.get(at.server)!.firstReaching(scope) ??
          denying.get(model.servers[0]!)!.firstReaching(scope));
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
