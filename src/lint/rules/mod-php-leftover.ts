import type { LintRule } from '../rule.ts';
import { lineIndexOf } from '../../source/line-index.ts';

const LINE = /^[ \t]*(php_(?:admin_)?(?:value|flag))\b/gim;

/** php_value and its kin need mod_php. */
export const modPhpLeftover: LintRule = {
  name: 'mod-php-leftover',
  severity: 'error',
  summary: 'php_value and its kin need mod_php',
  wave: 1,
  needs: [],
  fixable: 'none',
  replaces: ['bind/unknown-directive'],
  page: {
    what: 'Finds `php_value`, `php_flag` and `php_admin_*` lines.',
    why: 'Without mod_php the directive is unknown: the server does not start, or an `.htaccess` gives 500. Inside a guard the settings just vanish.',
    howToFix: 'Put the settings into `.user.ini`, the pool, or a PHP_VALUE variable.',
    evidence: ['owncloud issue 27891, directus issue 724'],
    bad: [{ text: 'php_value upload_max_filesize 50M\n' }],
    good: [{ text: '# upload_max_filesize = 50M stands in .user.ini\n' }],
  },
  check(model, report) {
    const hasPhp = ['php', 'php7', 'php5'].some((name) => model.hasModule(name) === true);
    // Made for the first line that is found: most configurations have none.
    let live: ReadonlySet<string> | undefined;
    for (const file of model.loaded.sources.files) {
      if (file.macro !== undefined) continue;
      for (const match of file.text.matchAll(LINE)) {
        const name = match[1]!;
        const start = match.index + match[0].length - name.length;
        live ??= new Set(model.directives.map(({ node }) => `${node.span.file} ${node.name.span.start}`));
        const isLive = live.has(`${file.id} ${start}`);
        if (isLive && hasPhp) continue;
        const index = lineIndexOf(file);
        const end = start + name.length + index.lineText(index.lineAt(start)).trim().length - name.length;
        report({
          message: `${name} needs mod_php: with PHP-FPM it is ${isLive ? 'an unknown directive' : 'silently skipped'}`,
          span: { file: file.id, start, end },
          severity: isLive ? 'error' : 'warning',
          help: 'use .user.ini, php_admin_value in the pool, or a PHP_VALUE variable',
        });
      }
    }
  },
};
