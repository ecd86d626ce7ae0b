import type { LintRule } from '../rule.ts';
import { groupCount, groupOffset, references } from '../model/groups.ts';

/** `(/.*)?` inside a used group is the usual way to write path information. */
function isOptionalTail(pattern: string, n: number): boolean {
  return pattern.slice(groupOffset(pattern, n)).startsWith('(/.*)');
}

/** A group is captured but never used in the target. */
export const proxypassmatchUnusedCapture: LintRule = {
  name: 'proxypassmatch-unused-capture',
  severity: 'info',
  summary: 'A group is captured but never used in the target',
  wave: 2,
  needs: [],
  fixable: 'safe',
  page: {
    what: 'Finds capture groups in ProxyPassMatch that the target does not refer to.',
    why: 'With no reference at all httpd appends the whole path, so an unused group is often a forgotten `$1`.',
    howToFix: 'Use the group, or make it non-capturing with `(?:`.',
    evidence: ['mod_proxy manual, "Default Substitution"'],
    bad: [{ text: 'ProxyPassMatch "^/app/(.*\\.php)$" "fcgi://127.0.0.1:9000/srv/www"\n' }],
    good: [{ text: 'ProxyPassMatch "^/app/(.*\\.php)$" "fcgi://127.0.0.1:9000/srv/www/$1"\n' }],
  },
  check(model, report) {
    for (const { isMatch, path, target } of model.mappings) {
      if (!isMatch || !path || !target || /\$\{/.test(path.text + target.url.text)) continue;
      const count = groupCount(path.text);
      if (count === undefined || count === 0) continue;
      const used = references(target.url.text);
      const isForgotten = used.length === 0 && target.url.path.length > 1;
      const unused = Array.from({ length: count }, (_, i) => i + 1).filter((n) => !used.includes(n));
      // A group inside a used one, or around a mere alternative, is there to group.
      const told = isForgotten
        ? unused.slice(0, 1)
        : unused.filter((n) => n > Math.max(0, ...used) && !isOptionalTail(path.text, n));
      for (const n of told) {
        const offset = groupOffset(path.text, n);
        const isLiteral = path.span.end - path.span.start - path.text.length;
        const at = path.span.start + (isLiteral === 2 ? 1 : 0) + offset;
        const canEdit =
          offset >= 0 &&
          (isLiteral === 0 || isLiteral === 2) &&
          path.text[offset + 1] !== '?' &&
          n > Math.max(0, ...used);
        report({
          message: `Group ${n} is captured but never used in the target`,
          span: path.span,
          ...(isForgotten && { severity: 'warning' as const }),
          help: isForgotten
            ? `the whole path is appended: did you mean ${target.url.text.replace(/\/?$/, '/')}$1?`
            : 'write (?: for a group that only groups',
          ...(canEdit &&
            !isForgotten && {
              fix: {
                title: 'Make the group non-capturing',
                kind: 'safe' as const,
                edits: [{ span: { ...path.span, start: at, end: at + 1 }, text: '(?:' }],
              },
            }),
        });
      }
    }
  },
};
