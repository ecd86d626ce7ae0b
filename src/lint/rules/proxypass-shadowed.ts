import type { LintRule } from '../rule.ts';
import { moveLinesBefore } from '../edits.ts';
import { mappingCovers } from '../model/covers.ts';

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
    const reachable = model.mappings.filter((mapping) => !mapping.location && mapping.path);
    reachable.forEach((later, i) => {
      if (later.isExclusion) return;
      const earlier = reachable
        .slice(0, i)
        .find((candidate) => candidate.at.server === later.at.server && mappingCovers(candidate, later));
      if (!earlier) return;
      const edits = moveLinesBefore(model.loaded.sources, later.at.node.span, earlier.at.node.span);
      report({
        message: `${later.at.name} ${later.path!.text} can never match: an earlier line already covers it`,
        span: later.path!.span,
        related: [
          { message: `${earlier.at.name} ${earlier.path!.text} matches first`, span: earlier.path!.span },
        ],
        help: 'move the line above the one that covers it',
        ...(edits && { fix: { title: 'Move the line up', kind: 'review', edits } }),
      });
    });
  },
};
