import type { LintRule } from '../rule.ts';
import { moveLinesBefore } from '../edits.ts';
import { MappingTable } from '../model/mapping-table.ts';
import type { ModelServer } from '../model/model.ts';

/** An exclusion that comes after the mapping it should exclude from excludes nothing. */
export const proxypassExclusionAfter: LintRule = {
  name: 'proxypass-exclusion-after',
  severity: 'error',
  summary: 'A ProxyPass exclusion comes after the mapping it should exclude from',
  isSecurity: true,
  wave: 1,
  needs: [],
  fixable: 'safe',
  page: {
    what: 'Finds `ProxyPass /path !` lines below a mapping that already takes the path.',
    why: 'The first matching line wins, so the path goes to the backend although the file says that it must not.',
    howToFix: 'Put exclusions above the mappings they belong to.',
    evidence: ['mod_proxy manual, "Exclusions and the no-proxy environment variable"'],
    bad: [{ text: 'ProxyPass "/"       "fcgi://127.0.0.1:9000/"\nProxyPass "/static" "!"\n' }],
    good: [{ text: 'ProxyPass "/static" "!"\nProxyPass "/"       "fcgi://127.0.0.1:9000/"\n' }],
  },
  check(model, report) {
    const byServer = new Map<ModelServer, MappingTable>();
    for (const mapping of model.mappings) {
      if (mapping.location || !mapping.path) continue;
      const above = byServer.get(mapping.at.server) ?? new MappingTable();
      byServer.set(mapping.at.server, above);
      if (!mapping.isExclusion) above.add(mapping);
      const earlier = mapping.isExclusion ? above.firstCovering(mapping) : undefined;
      if (!earlier) continue;
      const edits = moveLinesBefore(model.loaded.sources, mapping.at.node.span, earlier.at.node.span);
      report({
        message: `Exclusion ${mapping.path.text} comes after the mapping it should exclude from and has no effect`,
        span: mapping.at.node.span,
        related: [{ message: `${earlier.path!.text} matches first`, span: earlier.path!.span }],
        help: 'move the exclusion above the mapping',
        ...(edits && { fix: { title: 'Move the exclusion up', kind: 'safe', edits } }),
      });
    }
  },
};
