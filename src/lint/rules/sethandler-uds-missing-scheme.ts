import type { LintRule } from '../rule.ts';

/** A unix: handler lacks the protocol behind the bar. */
export const sethandlerUdsMissingScheme: LintRule = {
  name: 'sethandler-uds-missing-scheme',
  severity: 'error',
  summary: 'A unix: handler lacks the protocol behind the bar',
  wave: 1,
  needs: [],
  fixable: 'safe',
  page: {
    what: 'Finds `proxy:unix:/socket` handlers without `|fcgi://host`.',
    why: 'httpd needs the protocol after the bar; without it the scheme would be `unix`, which no module serves.',
    howToFix: 'Add `|fcgi://localhost` behind the socket.',
    evidence: ['mod_proxy_fcgi manual, "Proxy via Handler"', 'AH01144, AH10292'],
    bad: [{ text: 'SetHandler "proxy:unix:/run/php/www.sock"\n' }],
    good: [{ text: 'SetHandler "proxy:unix:/run/php/www.sock|fcgi://localhost"\n' }],
  },
  check(model, report) {
    for (const { by, url, word } of model.handlers) {
      if (url?.socket === undefined || !url.isKnown || by === 'Action') continue;
      if (url.scheme !== '') continue;
      const { text } = model.loaded.sources.files[word.span.file]!;
      const isQuoted = /["']/.test(text[word.span.end - 1] ?? '');
      const end = word.span.end - (isQuoted ? 1 : 0);
      const missing = url.text.includes('|') ? undefined : '|fcgi://localhost';
      report({
        message: `The handler ${word.text} has no protocol behind its socket`,
        span: word.span,
        help: 'end it with |fcgi://localhost',
        ...(missing !== undefined && {
          fix: {
            title: 'Add |fcgi://localhost',
            kind: 'safe' as const,
            edits: [{ span: { ...word.span, start: end, end }, text: missing }],
          },
        }),
      });
    }
  },
};
