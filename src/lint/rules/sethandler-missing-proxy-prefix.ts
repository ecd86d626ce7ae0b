import type { LintRule } from '../rule.ts';

/** A URL of a scheme that mod_proxy serves, or a socket. */
const BACKEND = /^(?:(?:fcgi|scgi|uwsgi|ajp|https?|balancer|h2c?|wss?):\/\/|unix:)/i;
/** Where the name starts behind its quote. */
const BACKEND_START = /[A-Za-z]/;

/** SetHandler names a backend URL without the proxy: prefix. */
export const sethandlerMissingProxyPrefix: LintRule = {
  name: 'sethandler-missing-proxy-prefix',
  severity: 'error',
  summary: 'SetHandler names a backend URL without the proxy: prefix',
  isSecurity: true,
  wave: 1,
  needs: [],
  fixable: 'safe',
  page: {
    what: 'Finds handlers such as `fcgi://…` or `unix:…` that lack `proxy:` in front.',
    why: 'A handler name that no module knows falls through to the default handler, which sends the file itself: with PHP that is its source.',
    howToFix: 'Write `proxy:` in front of the URL.',
    evidence: [
      'httpd default handler: unknown handler names serve the file',
      'ansible-role-apache-php-fpm issue 4 has this form',
    ],
    bad: [{ text: '<FilesMatch "\\.php$">\n  SetHandler "fcgi://127.0.0.1:9000"\n</FilesMatch>\n' }],
    good: [{ text: '<FilesMatch "\\.php$">\n  SetHandler "proxy:fcgi://127.0.0.1:9000"\n</FilesMatch>\n' }],
  },
  check(model, report) {
    for (const { by, handler, word } of model.handlers) {
      if ((by !== 'SetHandler' && by !== 'AddHandler') || !BACKEND.test(handler.text)) continue;
      const at = model.loaded.sources.files[word.span.file]!.text.slice(word.span.start, word.span.end);
      const start = word.span.start + Math.max(at.search(BACKEND_START), 0);
      report({
        message: `${by} ${handler.text} names no known handler: files are served as they are, PHP source included`,
        span: word.span,
        help: `write proxy:${handler.text}`,
        fix: {
          title: 'Put proxy: in front',
          kind: 'safe',
          edits: [{ span: { ...word.span, start, end: start }, text: 'proxy:' }],
        },
      });
    }
  },
};
