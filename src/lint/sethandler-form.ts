import type { Fix } from '../diagnostics/diagnostic.ts';
import { compilePcre } from '../pattern/pcre.ts';
import { replaceLine } from './edits.ts';
import type { LintModel, Mapping } from './model/model.ts';

/** Names that a pattern for more than `.php` would send to the backend, and `<FilesMatch "\\.php$">` does not. */
const OTHER_NAMES = [
  '/x.phtml',
  '/x.phar',
  '/x.php5',
  '/x.php7',
  '/x.phps',
  '/x.pht',
  '/x.PHP',
  '/x.php.bak',
  '/x.inc',
];

/**
 * A fix that sends a server's PHP files to the backend of a ProxyPassMatch line by `<FilesMatch>` and SetHandler, once
 * they are found. Undefined where that is known to serve other files: the pattern takes more or fewer names, the target
 * is another folder than the DocumentRoot, or the line carries parameters of the worker.
 */
export function setHandlerFix(model: LintModel, { at, path, target, keywords }: Mapping): Fix | undefined {
  if (!path || !target || target.parameters.length > 0 || keywords.size > 0) return undefined;
  if (at.sections.some(({ name }) => name !== 'virtualhost')) return undefined;
  const compiled = compilePcre(path.text);
  if (!compiled.ok || OTHER_NAMES.some((name) => compiled.pattern.test(name))) return undefined;
  if (!['/x.php', '/a/b/x.php'].every((name) => compiled.pattern.test(name))) return undefined;
  const { url } = target;
  const folder = url.path.replace(/\/(?:\$1)?$/, '');
  const roots = model.named('DocumentRoot');
  const root =
    roots.findLast(({ server }) => server === at.server) ?? roots.findLast(({ server }) => server.isMain);
  if (!url.isKnown && !/^[^$%]*\$1$/.test(url.text)) return undefined;
  if (root && root.node.args[0]?.text.replace(/\/$/, '') !== folder) return undefined;
  const origin = url.text.slice(0, url.text.length - url.path.length);
  const edit = replaceLine(model.loaded.sources, at.node.span, [
    '<FilesMatch "\\.php$">',
    '  <If "-f %{REQUEST_FILENAME}">',
    `    SetHandler "proxy:${origin}"`,
    '  </If>',
    '</FilesMatch>',
  ]);
  return edit && { title: 'Use FilesMatch and SetHandler', kind: 'review', edits: [edit] };
}
