import type { Edit, Fix } from '../../diagnostics/diagnostic.ts';
import type { Word } from '../../syntax/tree.ts';
import type { LintModel } from '../model/model.ts';
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

/** A fix that ends a host with a slash, and takes the slash out of a `$1` that holds the whole path. */
function slashFix(model: LintModel, pattern: Word | undefined, target: Word): Fix | undefined {
  const host = /^[a-z][a-z0-9]*:\/\/[\w.-]+(?::[0-9]+)?(?=\$1)/i.exec(target.text)?.[0];
  const start = /^\^\((?=\.\*)|^\^\(\/(?=[^?*+{|])/.exec(pattern?.text ?? '')?.[0];
  if (!pattern || host === undefined || start === undefined) return undefined;
  const edit = (word: Word, from: string, to: string): Edit[] => {
    const { text } = model.loaded.sources.files[word.span.file]!;
    const at = text.indexOf(word.text, word.span.start);
    if (at < 0 || at + word.text.length > word.span.end) return [];
    return [{ span: { ...word.span, start: at, end: at + from.length }, text: to }];
  };
  const edits = [
    ...edit(pattern, start, start.endsWith('/') ? '^/(' : '^/?('),
    ...edit(target, host, `${host}/`),
  ];
  return edits.length === 2 ? { title: 'End the host with a slash', kind: 'review', edits } : undefined;
}

/** Client input can reach the host part of a backend URL. */
export const proxyAuthorityInjection: LintRule = {
  name: 'proxy-authority-injection',
  severity: 'error',
  summary: 'Client input can reach the host part of a backend URL',
  isSecurity: true,
  wave: 1,
  needs: [],
  fixable: 'review',
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
      const fix = path && slashFix(model, path, target.urlWord);
      report({
        message: `Client input can reach the host part of ${target.url.text}`,
        span: target.urlWord.span,
        ...(fix && { fix }),
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
      const fix = slashFix(model, at.node.args[0], word);
      report({
        message: `Client input can reach the host part of ${word.text}`,
        span: word.span,
        ...(fix && { fix }),
        severity: isFinite ? 'info' : 'error',
        help: 'write the host out, or end it with a slash',
      });
    }
  },
};
