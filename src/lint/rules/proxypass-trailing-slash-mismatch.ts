import type { LintRule } from '../rule.ts';

/** Path and target of a ProxyPass disagree about the slash at their end. */
export const proxypassTrailingSlashMismatch: LintRule = {
  name: 'proxypass-trailing-slash-mismatch',
  severity: 'warning',
  summary: 'Path and target of a ProxyPass disagree about the slash at their end',
  wave: 2,
  needs: [],
  fixable: 'review',
  page: {
    what: 'Finds ProxyPass lines where only one of path and URL ends in a slash.',
    why: 'The matched prefix is cut off and the rest glued to the URL, so a slash gets lost or doubled.',
    howToFix: 'End both in a slash, or neither.',
    evidence: ['mod_proxy manual, ProxyPass'],
    bad: [{ text: 'ProxyPass "/app/" "fcgi://127.0.0.1:9000/srv/www"\n' }],
    good: [
      { text: 'ProxyPass "/app/" "fcgi://127.0.0.1:9000/srv/www/"\n' },
      { text: 'ProxyPass "/app" "fcgi://127.0.0.1:9000/srv/www"\n' },
    ],
  },
  check(model, report) {
    for (const { isMatch, isExclusion, path, target, location } of model.mappings) {
      if (
        isMatch ||
        isExclusion ||
        !path ||
        !target?.url.isKnown ||
        /\$\{|[*?[]/.test(path.text) ||
        target.url.scheme === ''
      )
        continue;
      const { path: targetPath } = target.url;
      const isPathOpen = path.text.endsWith('/');
      const isTargetOpen = targetPath.endsWith('/');
      if (isPathOpen === isTargetOpen || (targetPath === '' && !isPathOpen) || path.text === '') continue;
      // In a Location, `/loc` with a target of one slash is the form of the manual.
      if (!isPathOpen && targetPath === '/' && location) continue;
      const sample = `${path.text}${isPathOpen ? '' : '/'}x`;
      const { text } = model.loaded.sources.files[target.urlWord.span.file]!;
      const end = target.urlWord.span.end - (/["']/.test(text[target.urlWord.span.end - 1] ?? '') ? 1 : 0);
      report({
        message: `${path.text} and ${target.url.text} disagree about the slash at the end: ${sample} becomes ${target.url.text}${sample.slice(path.text.length)}`,
        span: target.urlWord.span,
        help: 'end both in a slash, or neither',
        fix: isPathOpen
          ? {
              title: 'Add the slash',
              kind: 'review',
              edits: [{ span: { ...target.urlWord.span, start: end, end }, text: '/' }],
            }
          : {
              title: 'Take the slash off',
              kind: 'review',
              edits: [{ span: { ...target.urlWord.span, start: end - 1, end }, text: '' }],
            },
      });
    }
  },
};
