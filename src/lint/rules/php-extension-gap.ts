import type { Word } from '../../syntax/tree.ts';
import type { LintModel } from '../model/model.ts';
import { ruleWithOptions, type Finding } from '../rule.ts';
import { fileMatcher, phpHandlers } from '../model/php.ts';

/** A pattern that ends in `\\.php$` and takes other endings as well. */
function wider(model: LintModel, word: Word, missing: readonly string[]): Pick<Finding, 'fix'> {
  const { text } = model.loaded.sources.files[word.span.file]!;
  const at = text.lastIndexOf(OLD_END, word.span.end);
  if (at < word.span.start || !word.text.endsWith(OLD_END) || missing.join() !== '.phtml,.phar') return {};
  const span = { ...word.span, start: at, end: at + OLD_END.length };
  const edits = [{ span, text: '\\.ph(?:ar|p|tml)$' }];
  return { fix: { title: 'Take .phtml and .phar, too', kind: 'review', edits } };
}

const OLD_END = '\\.php$';

/** The PHP handler leaves out .phtml or .phar, which are then sent as source. */
export const phpExtensionGap = ruleWithOptions({
  name: 'php-extension-gap',
  severity: 'warning',
  summary: 'The PHP handler leaves out .phtml or .phar, which are then sent as source',
  isSecurity: true,
  wave: 1,
  needs: [],
  fixable: 'review',
  page: {
    what: 'Finds PHP handlers that take `.php` but neither `.phtml` nor `.phar`, where nothing else covers or denies those.',
    why: 'A file outside the pattern has no handler and is sent as plain text, credentials included.',
    howToFix: 'Take all script extensions in the pattern, or deny the others.',
    evidence: ['CWE-433', 'Debian and RHEL ship `.+\\.ph(ar|p|tml)$`'],
    bad: [{ text: '<FilesMatch "\\.php$">\n  SetHandler "proxy:fcgi://127.0.0.1:9000"\n</FilesMatch>\n' }],
    good: [
      {
        text: '<FilesMatch "\\.ph(?:ar|p|tml)$">\n  SetHandler "proxy:fcgi://127.0.0.1:9000"\n</FilesMatch>\n',
      },
      {
        title: 'The others are denied',
        text: '<FilesMatch "\\.php$">\n  SetHandler "proxy:fcgi://127.0.0.1:9000"\n</FilesMatch>\n<FilesMatch "\\.(?:phtml|phar)$">\n  Require all denied\n</FilesMatch>\n',
      },
    ],
  },
  options: {
    extensions: {
      type: 'texts',
      default: ['.phtml', '.phar'],
      pattern: '^\\.[A-Za-z0-9_.-]+$',
      description: 'Endings of files that hold source, and must be taken by a handler or denied',
    },
  },
  check(model, report, { extensions }) {
    const handlers = phpHandlers(model);
    const denying = [...model.sectionsNamed('filesmatch'), ...model.sectionsNamed('files')]
      .filter(({ node }) =>
        node.children.some(
          (child) => child.kind === 'directive' && /^(require|deny)$/i.test(child.name.text),
        ),
      )
      .flatMap(({ node }) => fileMatcher(node) ?? []);
    const seen = new Set<unknown>();
    const missing = extensions.filter(
      (extension) => ![...handlers, ...denying].some((matcher) => matcher.takes(`x${extension}`)),
    );
    if (missing.length === 0) return;
    for (const { section, word } of handlers) {
      if (seen.has(section)) continue;
      seen.add(section);
      report({
        message: `${word.text} does not cover ${missing.join(' and ')}: such files would be sent as source`,
        span: word.span,
        ...wider(model, word, missing),
        help: 'take them in the pattern, as \\.ph(?:ar|p|tml)$ does, or deny them',
      });
    }
  },
});
