import type { LintRule } from '../rule.ts';
import { compilePcre } from '../../pattern/pcre.ts';
import { setHandlerFix } from '../sethandler-form.ts';

/** Every .php URL goes to the backend, whether the file exists or not. */
export const proxypassmatchPhpNoFileCheck: LintRule = {
  name: 'proxypassmatch-php-no-file-check',
  severity: 'warning',
  summary: 'Every .php URL goes to the backend, whether the file exists or not',
  wave: 1,
  needs: [],
  fixable: 'review',
  page: {
    what: 'Finds ProxyPassMatch lines that send all PHP paths to a FastCGI backend.',
    why: 'The mapping is made before the file system is looked at: DirectoryIndex, ErrorDocument for missing files, `.htaccess` and per-directory rules never see those requests.',
    howToFix: 'Use `<FilesMatch "\\.php$">` with SetHandler, which comes after the file was found.',
    evidence: ['mod_proxy_fcgi manual, "Proxy via Handler"', 'AH01071 with "Primary script unknown"'],
    bad: [{ text: 'ProxyPassMatch "^/(.*\\.php)$" "fcgi://127.0.0.1:9000/srv/www/$1"\n' }],
    good: [{ text: '<FilesMatch "\\.php$">\n  SetHandler "proxy:fcgi://127.0.0.1:9000"\n</FilesMatch>\n' }],
  },
  check(model, report) {
    for (const mapping of model.mappings) {
      const { isMatch, path, target, at } = mapping;
      if (!isMatch || !path || !target || /\$\{/.test(path.text)) continue;
      if (target.url.scheme !== 'fcgi' && target.url.scheme !== 'balancer') continue;
      const compiled = compilePcre(path.text);
      if (!compiled.ok || !/php/.test(path.text)) continue;
      if (!compiled.pattern.test('/no/such/script.php') && !compiled.pattern.test('/nosuch.php')) continue;
      const fix = setHandlerFix(model, mapping);
      report({
        message: `Every URL that matches ${path.text} goes to the backend, even when the file does not exist`,
        span: at.node.span,
        help: 'use <FilesMatch "\\.php$"> with SetHandler "proxy:…"',
        ...(fix && { fix }),
      });
    }
  },
};
