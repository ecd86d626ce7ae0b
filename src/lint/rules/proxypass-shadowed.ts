import type { LintRule } from '../rule.ts';
import { moveLinesBefore } from '../edits.ts';
import { MappingTable } from '../model/mapping-table.ts';
import type { ModelServer } from '../model/model.ts';

/** Server-level mappings are tried in file order: an earlier, broader one hides a later one. */
export const proxypassShadowed: LintRule = {
  name: 'proxypass-shadowed',
  severity: 'warning',
  summary: 'A ProxyPass line can never match, because an earlier one already covers it',
  wave: 1,
  needs: [],
  fixable: 'review',
  page: {
    what: 'Finds ProxyPass and ProxyPassMatch lines that no request can reach.',
    why: 'httpd tries the lines of a server in file order and takes the first that matches, so a shorter prefix or a broad pattern hides every longer one below it.',
    howToFix: 'Put the longer path first.',
    evidence: ['mod_proxy manual, "Ordering ProxyPass Directives"'],
    bad: [
      {
        text: 'ProxyPass "/app/"       "fcgi://127.0.0.1:9000/"\nProxyPass "/app/admin/" "fcgi://127.0.0.1:9001/"\n',
      },
    ],
    good: [
      {
        text: 'ProxyPass "/app/admin/" "fcgi://127.0.0.1:9001/"\nProxyPass "/app/"       "fcgi://127.0.0.1:9000/"\n',
      },
      {
        title: 'Prefixes end at a slash',
        text: 'ProxyPass "/app"   "fcgi://127.0.0.1:9000/app"\nProxyPass "/apple" "fcgi://127.0.0.1:9001/apple"\n',
      },
    ],
  },
  check(model, report) {
    const byServer = new Map<ModelServer, MappingTable>();
    for (const later of model.mappings) {
      if (later.location || !later.path) continue;
      const above = byServer.get(later.at.server) ?? new MappingTable();
      byServer.set(later.at.server, above);
      const earlier = later.isExclusion ? undefined : above.firstCovering(later);
      above.add(later);
      if (!earlier) continue;
      const edits = moveLinesBefore(model.loaded.sources, later.at.node.span, earlier.at.node.span);
      report({
        message: `${later.at.name} ${later.path.text} can never match: an earlier line already covers it`,
        span: later.path.span,
        related: [
          { message: `${earlier.at.name} ${earlier.path!.text} matches first`, span: earlier.path!.span },
        ],
        help: 'move the line above the one that covers it',
        ...(edits && { fix: { title: 'Move the line up', kind: 'review', edits } }),
      });
    }
  },
};
