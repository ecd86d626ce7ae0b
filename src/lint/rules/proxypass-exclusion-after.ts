import type { LintRule } from '../rule.ts';
import { moveLinesBefore } from '../edits.ts';
import { mappingCovers } from '../model/covers.ts';

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
    const candidates = model.mappings.filter((mapping) => !mapping.location && mapping.path);
    candidates.forEach((exclusion, i) => {
      if (!exclusion.isExclusion) return;
      const earlier = candidates
        .slice(0, i)
        .find(
          (mapping) =>
            !mapping.isExclusion &&
            mapping.at.server === exclusion.at.server &&
            mappingCovers(mapping, exclusion),
        );
      if (!earlier) return;
      const edits = moveLinesBefore(model.loaded.sources, exclusion.at.node.span, earlier.at.node.span);
      report({
        message: `Exclusion ${exclusion.path!.text} comes after the mapping it should exclude from and has no effect`,
        span: exclusion.at.node.span,
        related: [{ message: `${earlier.path!.text} matches first`, span: earlier.path!.span }],
        help: 'move the exclusion above the mapping',
        ...(edits && { fix: { title: 'Move the exclusion up', kind: 'safe', edits } }),
      });
    });
  },
};
