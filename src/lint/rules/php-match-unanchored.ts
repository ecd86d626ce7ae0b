import type { LintRule } from '../rule.ts';
import { phpHandlers } from '../model/php.ts';

/** A pattern for PHP files also matches names such as avatar.php.jpg. */
export const phpMatchUnanchored: LintRule = {
  name: 'php-match-unanchored',
  severity: 'error',
  summary: 'A pattern for PHP files also matches names such as avatar.php.jpg',
  isSecurity: true,
  wave: 1,
  needs: [],
  fixable: 'safe',
  page: {
    what: 'Finds `<FilesMatch "\\.php">` and the like, whose pattern is searched anywhere in the name, in front of a PHP handler.',
    why: 'An image with `.php` inside its name becomes a script: whoever can upload a picture can run code.',
    howToFix: 'End the pattern with `$`.',
    evidence: ['mod_mime manual on multiple extensions', 'CWE-434'],
    bad: [{ text: '<FilesMatch "\\.php">\n  SetHandler "proxy:fcgi://127.0.0.1:9000"\n</FilesMatch>\n' }],
    good: [{ text: '<FilesMatch "\\.php$">\n  SetHandler "proxy:fcgi://127.0.0.1:9000"\n</FilesMatch>\n' }],
  },
  check(model, report) {
    const seen = new Set<unknown>();
    for (const { section, word, takes } of phpHandlers(model)) {
      if (seen.has(section) || !takes('avatar.php.jpg')) continue;
      seen.add(section);
      const isSimple = /\.php\)?$/.test(word.text) && /match$/i.test(section.name.text);
      const { text } = model.loaded.sources.files[word.span.file]!;
      const end = word.span.end - (/["']/.test(text[word.span.end - 1] ?? '') ? 1 : 0);
      report({
        message: `${word.text} also matches avatar.php.jpg: an uploaded file would be executed`,
        span: word.span,
        help: 'end the pattern with $',
        ...(isSimple && {
          fix: {
            title: 'Add $',
            kind: 'safe' as const,
            edits: [{ span: { ...word.span, start: end, end }, text: '$' }],
          },
        }),
      });
    }
  },
};
