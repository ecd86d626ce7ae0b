import type { Word } from '../../syntax/tree.ts';
import type { LintModel } from '../model/model.ts';
import type { Finding, LintRule } from '../rule.ts';
import { compilePcre } from '../../pattern/pcre.ts';

const COUNTEREXAMPLES = ['/uploads/x.php.jpg', '/any/where/x.php.jpg'];

/** The pattern with anchors, where its text stands in the file as it is. */
function anchored(
  model: LintModel,
  path: Word,
  isOpenInFront: boolean,
  namesExtension: boolean,
): Pick<Finding, 'fix'> {
  const { text } = model.loaded.sources.files[path.span.file]!;
  const start = path.span.start + (/["']/.test(text[path.span.start] ?? '') ? 1 : 0);
  const end = start + path.text.length;
  if (text.slice(start, end) !== path.text) return {};
  const front = path.text.startsWith('/') ? '^' : '^.*';
  const at = (offset: number) => ({ ...path.span, start: offset, end: offset });
  const edits = [
    ...(isOpenInFront ? [{ span: at(start), text: front }] : []),
    ...(namesExtension ? [{ span: at(end), text: '$' }] : []),
  ];
  return { fix: { title: 'Anchor the pattern', kind: 'review', edits } };
}

/** A ProxyPassMatch pattern is not anchored and matches more than it says. */
export const proxypassmatchUnanchored: LintRule = {
  name: 'proxypassmatch-unanchored',
  severity: 'warning',
  summary: 'A ProxyPassMatch pattern is not anchored and matches more than it says',
  wave: 2,
  needs: [],
  fixable: 'review',
  page: {
    what: 'Finds patterns without `^` in front, and patterns for a file extension without an end.',
    why: 'The pattern is searched anywhere in the path, so uploads and nested names are taken, too.',
    howToFix: 'Begin with `^`, and end file patterns with `$`.',
    evidence: ['mod_proxy manual, ProxyPassMatch'],
    bad: [{ text: 'ProxyPassMatch "\\.php" "fcgi://127.0.0.1:9000/srv/www"\n' }],
    good: [{ text: 'ProxyPassMatch "^/.+\\.php(?:/.*)?$" "fcgi://127.0.0.1:9000/srv/www"\n' }],
  },
  check(model, report) {
    for (const { isMatch, path } of model.mappings) {
      if (!isMatch || !path || /\$\{/.test(path.text)) continue;
      const compiled = compilePcre(path.text);
      if (!compiled.ok) continue;
      const isOpenInFront = !/^(\(\?[a-z]+\))?(\^|\\A|\(\^|\.\*|\()/.test(path.text);
      const namesExtension = /\\\.\w+\)?$/.test(path.text);
      if (!isOpenInFront && !namesExtension) continue;
      const counterexample =
        COUNTEREXAMPLES.find((example) => compiled.pattern.test(example)) ??
        `/elsewhere${path.text.replace(/[\\^$().*?+]/g, '')}`;
      report({
        message: `The pattern ${path.text} is not anchored; it also matches ${counterexample}`,
        span: path.span,
        help: isOpenInFront ? 'begin it with ^/' : 'end it with $',
        ...anchored(model, path, isOpenInFront, namesExtension),
      });
    }
  },
};
