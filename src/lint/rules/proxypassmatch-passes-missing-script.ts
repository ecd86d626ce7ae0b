import type { LintRule } from '../rule.ts';
import { compilePcre } from '../../pattern/pcre.ts';
import { setHandlerFix } from '../sethandler-form.ts';

/** The pattern forwards /upload/a.jpg/x.php, and PHP may run a.jpg. */
export const proxypassmatchPassesMissingScript: LintRule = {
  name: 'proxypassmatch-passes-missing-script',
  severity: 'warning',
  summary: 'The pattern forwards /upload/a.jpg/x.php, and PHP may run a.jpg',
  isSecurity: true,
  wave: 1,
  needs: ['pools'],
  fixable: 'review',
  page: {
    what: 'Finds ProxyPassMatch patterns that let a path through another file to a PHP backend.',
    why: 'Nobody checks that the script exists. With cgi.fix_pathinfo on, PHP walks up the path to the first file that does, and runs that.',
    howToFix:
      'Use SetHandler, which maps to a real file first; keep security.limit_extensions set in the pool.',
    evidence: ['PHP-FPM manual, security.limit_extensions', 'CVE-2019-11043'],
    bad: [{ text: 'ProxyPassMatch "^/(.*\\.php(/.*)?)$" "fcgi://127.0.0.1:9000/srv/www/$1"\n' }],
    good: [{ text: 'ProxyPassMatch "^/([\\w-]+\\.php)$" "fcgi://127.0.0.1:9000/srv/www/$1"\n' }],
  },
  check(model, report) {
    const hasOpenPool = model.pools?.some(({ limitExtensions }) => limitExtensions?.length === 0) ?? false;
    const fixesPathInfo = model.php?.settings.get('cgi.fix_pathinfo') !== '0';
    if (!fixesPathInfo) return;
    for (const mapping of model.mappings) {
      const { isMatch, path, target } = mapping;
      if (!isMatch || !path || /\$\{/.test(path.text) || target?.url.scheme !== 'fcgi') continue;
      const compiled = compilePcre(path.text);
      if (!compiled.ok || !/php/.test(path.text) || !compiled.pattern.test('/upload/a.jpg/x.php')) continue;
      const fix = setHandlerFix(model, mapping);
      report({
        message: `${path.text} forwards /upload/a.jpg/x.php: with cgi.fix_pathinfo=1 PHP may run a.jpg`,
        span: path.span,
        ...(hasOpenPool && { severity: 'error' as const }),
        help: 'use SetHandler in <FilesMatch>, and keep security.limit_extensions set',
        ...(fix && { fix }),
      });
    }
  },
};
