import type { LintRule } from '../rule.ts';
import type { SectionNode } from '../../syntax/tree.ts';
import { removeLines } from '../edits.ts';
import type { Mapping, ModelServer } from '../model/model.ts';

/** A Location has more than one ProxyPass; only the last is used. */
export const locationMultipleProxypass: LintRule = {
  name: 'location-multiple-proxypass',
  severity: 'warning',
  summary: 'A Location has more than one ProxyPass; only the last is used',
  wave: 2,
  needs: [],
  fixable: 'review',
  page: {
    what: 'Finds several ProxyPass lines in one Location, and Locations of the same path that each have one.',
    why: 'A location holds one mapping: a later line replaces the earlier.',
    howToFix: 'Keep one line.',
    evidence: ['mod_proxy manual, "Ordering ProxyPass Directives in Locations"'],
    bad: [
      {
        text: '<Location "/a/">\n  ProxyPass "fcgi://127.0.0.1:9000/"\n  ProxyPass "fcgi://127.0.0.1:9001/"\n</Location>\n',
      },
    ],
    good: [{ text: '<Location "/a/">\n  ProxyPass "fcgi://127.0.0.1:9000/"\n</Location>\n' }],
  },
  check(model, report) {
    const placed = model.mappings.filter(
      (mapping) => mapping.location && mapping.path && !/\$\{/.test(mapping.path.text),
    );
    const ofPath = new Map<ModelServer, Map<string, Mapping>>();
    const ofSection = new Map<SectionNode, Mapping>();
    const laterOf = new Map<Mapping, Mapping>();
    for (const mapping of placed.toReversed()) {
      const own = ofPath.get(mapping.at.server) ?? new Map<string, Mapping>();
      ofPath.set(mapping.at.server, own);
      const section = mapping.location!;
      const key = `${section.name.text.toLowerCase()} ${mapping.path!.text}`;
      const later = ofSection.get(section) ?? own.get(key);
      if (later) laterOf.set(mapping, later);
      ofSection.set(section, mapping);
      own.set(key, mapping);
    }
    for (const earlier of placed) {
      const later = laterOf.get(earlier);
      if (!later) continue;
      report({
        message: `<Location ${earlier.path?.text ?? ''}> has another ProxyPass further down; this line is not used`,
        span: earlier.at.node.span,
        related: [{ message: 'the line that is used', span: later.at.node.span }],
        fix: {
          title: 'Remove the line',
          kind: 'review',
          edits: [removeLines(model.loaded.sources, earlier.at.node.span)],
        },
      });
    }
  },
};
