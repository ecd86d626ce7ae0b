import type { LintRule } from '../rule.ts';
import { compiledOnce, fileMatcher } from '../model/php.ts';
import { enclosing } from '../model/place.ts';
import type { LintModel, Mapping, PlacedDirective } from '../model/model.ts';

/** The rule refuses somebody. */
function restricts({ node }: PlacedDirective): boolean {
  return !/^all\s+granted\s*$/i.test(node.argsText);
}

/** Names that a `<Files>` section is likely to mean, so that they can be tried on a pattern. */
function namesOf(text: string): string[] {
  const literal = text.replace(/^\^|\$$/g, '').replace(/\\(.)/g, '$1');
  return /^[\w.-]+$/.test(literal) ? [literal] : [];
}

function sends(mapping: Mapping, path: string): boolean {
  if (mapping.isExclusion || !mapping.path || /\$\{/.test(mapping.path.text)) return false;
  if (!mapping.isMatch) return false;
  const compiled = compiledOnce(mapping.path.text);
  return compiled.ok && compiled.pattern.test(path);
}

/** The path of a directory below the document root of its server; undefined: elsewhere. */
function urlOfDirectory(model: LintModel, at: PlacedDirective, directory: string): string | undefined {
  const roots = model.named('DocumentRoot').filter((root) => root.server === at.server || root.server.isMain);
  const root = roots.at(-1)?.node.args[0]?.text.replace(/\/$/, '');
  if (root === undefined || !directory.startsWith(`${root}/`)) return undefined;
  const path = directory.slice(root.length).replace(/\/$/, '');
  return path === '' ? undefined : path;
}

/** Access rules for a file or directory do not protect a path that is proxied. */
export const directoryAclBypassedByProxypass: LintRule = {
  name: 'directory-acl-bypassed-by-proxypass',
  severity: 'error',
  summary: 'Access rules for a file or directory do not protect a path that is proxied',
  isSecurity: true,
  wave: 1,
  needs: [],
  fixable: 'none',
  page: {
    what: 'Finds `Require` in `<Files>`, `<FilesMatch>` or `<Directory>` that a ProxyPass or ProxyPassMatch of the same server passes by.',
    why: 'A proxied URL is never mapped to a file, so `<Directory>`, `<Files>` and `.htaccess` are not consulted for it.',
    howToFix: 'Use SetHandler for the backend, or put the rule into `<Location>`.',
    evidence: ['"How the sections are merged" in the httpd manual'],
    bad: [
      {
        text: 'ProxyPassMatch "^/(.*\\.php)$" "fcgi://127.0.0.1:9000/srv/www/$1"\n<Files "config.php">\n  Require all denied\n</Files>\n',
      },
    ],
    good: [
      {
        text: '<FilesMatch "\\.php$">\n  SetHandler "proxy:fcgi://127.0.0.1:9000"\n</FilesMatch>\n<Files "config.php">\n  Require all denied\n</Files>\n',
      },
    ],
  },
  check(model, report) {
    for (const at of model.named('Require')) {
      if (!restricts(at)) continue;
      const files = enclosing(at.sections, 'files', 'filesmatch');
      const directory = enclosing(at.sections, 'directory');
      const word = (files ?? directory)?.args[0];
      if (!word || /\$\{/.test(word.text)) continue;
      const directoryUrl = !files && directory ? urlOfDirectory(model, at, word.text) : undefined;
      const paths = files
        ? fileMatcher(files)
          ? namesOf(word.text).map((name) => `/${name}`)
          : []
        : directoryUrl === undefined
          ? []
          : [`${directoryUrl}/x.php`];
      const mapping = model.mappings.find(
        (candidate) =>
          (candidate.at.server === at.server || candidate.at.server.isMain || at.server.isMain) &&
          paths.some((path) => sends(candidate, path)),
      );
      if (!mapping) continue;
      report({
        message: `${paths[0]} is proxied before any file is looked at: this Require does not protect it`,
        span: at.node.span,
        related: [{ message: 'the mapping that passes the rule by', span: mapping.at.node.span }],
        help: 'use SetHandler for the backend, or put the rule into <Location>',
      });
    }
  },
};
