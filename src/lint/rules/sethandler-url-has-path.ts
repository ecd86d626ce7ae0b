import { ruleWithOptions } from '../rule.ts';

const withoutSlash = (path: string): string => path.replace(/\/$/, '');

/** The path of a handler URL is put in front of the whole file name. */
export const sethandlerUrlHasPath = ruleWithOptions({
  name: 'sethandler-url-has-path',
  severity: 'error',
  summary: 'The path of a handler URL is put in front of the whole file name',
  wave: 1,
  needs: [],
  fixable: 'review',
  page: {
    what: 'Finds `SetHandler proxy:fcgi://host/some/path`.',
    why: 'httpd glues the handler URL and the mapped file together, so a path belongs only into ProxyPass and ProxyPassMatch; PHP-FPM answers that the primary script is unknown.',
    howToFix: 'Leave the path out; a lone slash does no harm.',
    evidence: ['mod_proxy_fcgi manual, "Proxy via Handler"', 'AH01071 with "Primary script unknown"'],
    bad: [
      {
        text: '<FilesMatch "\\.php$">\n  SetHandler "proxy:fcgi://127.0.0.1:9000/srv/www/"\n</FilesMatch>\n',
      },
    ],
    good: [
      { text: '<FilesMatch "\\.php$">\n  SetHandler "proxy:fcgi://127.0.0.1:9000"\n</FilesMatch>\n' },
      { text: '<FilesMatch "\\.php$">\n  SetHandler "proxy:fcgi://127.0.0.1:9000/"\n</FilesMatch>\n' },
    ],
  },
  options: {
    prefixes: {
      type: 'texts',
      default: [],
      pattern: '^/',
      description: 'Paths that are meant: where a chrooted or remote pool sees the files',
    },
  },
  check(model, report, { prefixes }) {
    for (const { by, url, word } of model.handlers) {
      if (by === 'Action' || (by === 'RewriteRule' && !/^proxy:/i.test(word.text))) continue;
      if (!url?.isKnown || url.scheme !== 'fcgi' || url.path === '' || url.path === '/') continue;
      if (prefixes.some((prefix) => withoutSlash(prefix) === withoutSlash(url.path))) continue;
      const { text } = model.loaded.sources.files[word.span.file]!;
      const at = text.lastIndexOf(url.path, word.span.end);
      report({
        message: `The path ${url.path} is put in front of the full file name`,
        span: word.span,
        help: `a request for /srv/www/a.php becomes ${url.path}/srv/www/a.php: leave the path out`,
        ...(at > word.span.start && {
          fix: {
            title: 'Leave the path out',
            kind: 'review' as const,
            edits: [{ span: { ...word.span, start: at, end: at + url.path.length }, text: '' }],
          },
        }),
      });
    }
  },
});
