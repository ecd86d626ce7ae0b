import type { LintRule } from '../rule.ts';
import type { Severity } from '../../diagnostics/diagnostic.ts';

/** The groups of a pattern that the authority refers to can only be a few given words. */
function areFinite(pattern: string | undefined, authority: string): boolean {
  if (pattern === undefined) return false;
  const groups = [...pattern.matchAll(/\((?!\?)((?:[^()\\]|\\.)*)\)/g)].map((match) => match[1]!);
  const references = [...authority.matchAll(/\$([1-9])/g)].map((match) => Number(match[1]));
  return references.length > 0 && references.every((n) => /^[\w-]+(\|[\w-]+)*$/.test(groups[n - 1] ?? ''));
}

function authorityText(url: string): string {
  return /^(?:unix:[^|]*\|)?[A-Za-z][\w+.-]*:\/\/([^/]*)/.exec(url)?.[1] ?? '';
}

/** Client input can reach the host part of a backend URL. */
export const proxyAuthorityInjection: LintRule = {
  name: 'proxy-authority-injection',
  severity: 'error',
  summary: 'Client input can reach the host part of a backend URL',
  isSecurity: true,
  wave: 1,
  needs: [],
  fixable: 'none',
  page: {
    what: 'Finds back-references, variables or a missing slash where the host of a proxied URL stands.',
    why: 'Whoever sends the request then chooses the backend: it may be any host that the server can reach.',
    howToFix:
      'Write the host out, or let the pattern name the few values it may have; end the host with a slash.',
    evidence: ['CVE-2011-3368, CVE-2021-40438', 'CWE-918'],
    bad: [
      { text: 'RewriteEngine On\nRewriteRule "^(.*)$" "http://backend$1" [P]\n' },
      { text: 'ProxyPassMatch "^/([^/]+)/(.*)$" "fcgi://$1:9000/srv/$2"\n' },
    ],
    good: [{ text: 'RewriteEngine On\nRewriteRule "^/?(.*)$" "http://backend/$1" [P]\n' }],
  },
  check(model, report) {
    for (const { isMatch, path, target } of model.mappings) {
      if (!isMatch || !target?.url.hasDynamicAuthority || target.url.text.includes('${')) continue;
      const severity: Severity = areFinite(path?.text, authorityText(target.url.text)) ? 'info' : 'error';
      report({
        message: `Client input can reach the host part of ${target.url.text}`,
        span: target.urlWord.span,
        severity,
        help:
          severity === 'info'
            ? 'the pattern allows only the words that it names'
            : 'write the host out, or end it with a slash',
      });
    }
    for (const { by, url, word, at } of model.handlers) {
      if (by !== 'RewriteRule' || !url || !/^[a-z]/i.test(word.text)) continue;
      const authority = authorityText(word.text.replace(/^proxy:/i, ''));
      if (!/[$%][0-9]|%\{/.test(authority)) continue;
      const isFinite = areFinite(at.node.args[0]?.text, authority) && !/%/.test(authority);
      report({
        message: `Client input can reach the host part of ${word.text}`,
        span: word.span,
        severity: isFinite ? 'info' : 'error',
        help: 'write the host out, or end it with a slash',
      });
    }
  },
};
