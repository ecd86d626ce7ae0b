import { phpHandlers } from '../model/php.ts';
import { ruleWithOptions } from '../rule.ts';
import { poolOf } from './pools.ts';

/** The handler sends files that the pool refuses to run. */
export const fpmLimitExtensions = ruleWithOptions({
  name: 'fpm-limit-extensions',
  severity: 'info',
  summary: 'The handler sends files to PHP-FPM that the pool refuses to run',
  wave: 2,
  needs: ['pools'],
  fixable: 'none',
  page: {
    what: 'Compares the endings that a PHP handler takes to `security.limit_extensions` of the pool.',
    why: 'PHP-FPM answers 403 "Access denied" for such files, and the reason stands only in its own log.',
    howToFix:
      'Add the ending to `security.limit_extensions` if such files are scripts; else leave it out of the pattern and deny it.',
    evidence: ['PHP manual, security.limit_extensions'],
    bad: [
      {
        title: 'The pool has `security.limit_extensions = .php`',
        text: '<FilesMatch "\\.ph(?:ar|p|tml)$">\n  SetHandler "proxy:fcgi://127.0.0.1:9000/"\n</FilesMatch>\n',
      },
    ],
    good: [
      {
        text: '<FilesMatch "\\.php$">\n  SetHandler "proxy:fcgi://127.0.0.1:9000/"\n</FilesMatch>\n<FilesMatch "\\.(?:phar|phtml)$">\n  Require all denied\n</FilesMatch>\n',
      },
    ],
  },
  options: {
    extensions: {
      type: 'texts',
      default: ['.php', '.phtml', '.phar', '.php7', '.php8'],
      pattern: '^\\.[A-Za-z0-9_.-]+$',
      description: 'Endings that are tried on the pattern of the handler',
    },
  },
  check(model, report, { extensions }) {
    if (!model.pools) return;
    for (const { line, word, takes } of phpHandlers(model)) {
      const pool = line.url?.isKnown ? poolOf(model, line.url) : undefined;
      const allowed = pool?.limitExtensions;
      if (!pool || !allowed || allowed.length === 0) continue;
      const refused = extensions.filter((ending) => takes(`x${ending}`) && !allowed.includes(ending));
      if (refused.length === 0) continue;
      report({
        message: `Pool ${pool.name} refuses to run ${refused.join(' and ')} files, which this handler sends to it`,
        span: word.span,
        help: 'make the pattern and security.limit_extensions say the same',
      });
    }
  },
});
