import type { LintRule } from '../rule.ts';
import { removeLines } from '../edits.ts';

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
    placed.forEach((earlier, i) => {
      const later = placed
        .slice(i + 1)
        .find(
          (mapping) =>
            mapping.at.server === earlier.at.server &&
            (mapping.location === earlier.location ||
              (mapping.path?.text === earlier.path?.text &&
                mapping.location?.name.text.toLowerCase() === earlier.location?.name.text.toLowerCase())),
        );
      if (!later) return;
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
    });
  },
};
