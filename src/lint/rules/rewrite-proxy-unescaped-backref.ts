import type { LintRule } from '../rule.ts';
import { isOlder } from '../version.ts';
import { rewriteFlags } from '../model/handlers.ts';
import { groupOffset, references } from '../model/groups.ts';

/** A group that takes any character. */
function isBroad(pattern: string, n: number): boolean {
  const at = groupOffset(pattern, n);
  return at >= 0 && /^\((\.[*+]|\[\^[^\]]*\][*+])/.test(pattern.slice(at));
}

/** From here on httpd refuses a proxied path with control characters. */
const PATHS_CHECKED = '2.4.56';

/** Decoded input is inserted into a proxied URL without escaping. */
export const rewriteProxyUnescapedBackref: LintRule = {
  name: 'rewrite-proxy-unescaped-backref',
  severity: 'warning',
  summary: 'Decoded input is inserted into a proxied URL without escaping',
  isSecurity: true,
  wave: 2,
  needs: ['version'],
  fixable: 'review',
  page: {
    what: 'Finds broad groups that land in the query of a `[P]` target without the B flag; for targets before 2.4.56 also those in its path.',
    why: 'A back-reference holds decoded text: `?`, `#`, spaces and control characters change the request that the backend gets.',
    howToFix: 'Add the B flag, or narrow the group.',
    evidence: ['CVE-2023-25690, CVE-2024-38474', 'mod_rewrite flags, B'],
    bad: [{ text: 'RewriteEngine On\nRewriteRule "^/here/(.*)" "http://backend/there?x=$1" [P]\n' }],
    good: [{ text: 'RewriteEngine On\nRewriteRule "^/here/([\\w-]+)$" "http://backend/there?x=$1" [P]\n' }],
  },
  check(model, report) {
    for (const at of model.named('RewriteRule')) {
      const [pattern, target, flagWord] = at.node.args;
      const flags = rewriteFlags(at);
      if (!pattern || !target || !flagWord || !flags.some((flag) => /^(P|proxy)$/i.test(flag))) continue;
      if (flags.some((flag) => /^(B|escapebackreferences)(=|$)/i.test(flag))) continue;
      const question = target.text.indexOf('?');
      const inQuery = question >= 0 ? references(target.text.slice(question)) : [];
      const wanted = isOlder(model.target, PATHS_CHECKED) ? references(target.text) : inQuery;
      const broad = wanted.find((n) => n > 0 && isBroad(pattern.text, n));
      if (broad === undefined) continue;
      const end = flagWord.span.end - (flagWord.quote ? 2 : 1);
      report({
        message: `Decoded input $${broad} is inserted into a proxied URL without escaping`,
        span: target.span,
        help: 'add the B flag, or narrow the group',
        fix: {
          title: 'Add the B flag',
          kind: 'review',
          edits: [{ span: { ...flagWord.span, start: end, end }, text: ',B' }],
        },
      });
    }
  },
};
