import { ruleWithOptions } from '../rule.ts';
import { compileFnmatch } from '../../pattern/fnmatch.ts';
import { replaceLine } from '../edits.ts';

/** AddHandler matches an extension anywhere in the name. */
export const addhandlerAnyExtension = ruleWithOptions({
  name: 'addhandler-any-extension',
  severity: 'warning',
  summary: 'AddHandler matches an extension anywhere in the name',
  isSecurity: true,
  wave: 1,
  needs: [],
  fixable: 'review',
  page: {
    what: 'Finds AddHandler lines that give scripts to a backend or to an interpreter.',
    why: 'mod_mime looks at every part of a name behind a dot, so `x.php.jpg` is handled like `x.php`.',
    howToFix: 'Use `<FilesMatch "\\.php$">` with SetHandler.',
    evidence: ['mod_mime manual, "Files with Multiple Extensions"'],
    bad: [{ text: 'AddHandler "proxy:unix:/run/php/w.sock|fcgi://localhost/" .php\n' }],
    good: [
      {
        text: '<FilesMatch "\\.php$">\n  SetHandler "proxy:unix:/run/php/w.sock|fcgi://localhost/"\n</FilesMatch>\n',
      },
    ],
  },
  options: {
    handlers: {
      type: 'texts',
      default: [
        'proxy:*',
        'cgi-script',
        'fcgid-script',
        'fastcgi-script',
        'php*-script',
        'application/x-httpd-php*',
      ],
      description: 'Handlers that run what they are given; `*` and `?` stand for what they do in file names',
    },
  },
  check(model, report, { handlers }) {
    const executing = handlers.map((name) => compileFnmatch(name, { caseless: true }));
    for (const { by, handler, at } of model.handlers) {
      if (by !== 'AddHandler' || !executing.some((matches) => matches(handler.text))) continue;
      const extensions = at.node.args.slice(1).map(({ text }) => text.replace(/^\./, ''));
      if (extensions.length === 0) continue;
      const isPlain = extensions.every((extension) => /^\w+$/.test(extension));
      const pattern = extensions.length === 1 ? extensions[0]! : `(?:${extensions.join('|')})`;
      const edit = replaceLine(model.loaded.sources, at.node.span, [
        `<FilesMatch "\\.${pattern}$">`,
        `  SetHandler "${handler.text}"`,
        '</FilesMatch>',
      ]);
      report({
        message: `AddHandler matches any extension in the name: x.${extensions[0]}.jpg is handled, too`,
        span: at.node.span,
        help: 'use <FilesMatch> with a pattern that ends in $, and SetHandler',
        ...(isPlain &&
          edit && {
            fix: { title: 'Use FilesMatch and SetHandler', kind: 'review' as const, edits: [edit] },
          }),
      });
    }
  },
});
