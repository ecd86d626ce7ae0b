import type { LintRule } from '../rule.ts';
import { removeLines } from '../edits.ts';
import { phpHandlers } from '../model/php.ts';

/** GENERIC takes away what PHP-FPM uses to recognise Apache. */
export const backendtypeGenericWithPhp: LintRule = {
  name: 'backendtype-generic-with-php',
  severity: 'warning',
  summary: 'GENERIC takes away what PHP-FPM uses to recognise Apache',
  wave: 2,
  needs: [],
  fixable: 'safe',
  page: {
    what: 'Finds `ProxyFCGIBackendType GENERIC` beside a PHP handler.',
    why: 'PHP-FPM knows by the prefix of SCRIPT_FILENAME how to split the path; without it PATH_INFO and internal redirects change. It does not switch on pooling.',
    howToFix: 'Leave the line out.',
    evidence: ['mod_proxy_fcgi manual, ProxyFCGIBackendType', 'php-src issues 17643 and 17645'],
    bad: [
      {
        text: '<FilesMatch "\\.php$">\n  SetHandler "proxy:fcgi://127.0.0.1:9000"\n  ProxyFCGIBackendType GENERIC\n</FilesMatch>\n',
      },
    ],
    good: [{ text: '<FilesMatch "\\.php$">\n  SetHandler "proxy:fcgi://127.0.0.1:9000"\n</FilesMatch>\n' }],
  },
  check(model, report) {
    const php = phpHandlers(model);
    for (const at of model.named('ProxyFCGIBackendType')) {
      if (at.node.args[0]?.text.toLowerCase() !== 'generic') continue;
      const own = at.sections.at(-1)?.node;
      const handler = php.find(
        ({ line, section }) =>
          section === own || (line.at.server === at.server && (own === undefined || own === at.server.node)),
      );
      if (!handler) continue;
      report({
        message: 'GENERIC on a PHP handler takes away what PHP-FPM uses to recognise Apache',
        span: at.node.span,
        related: [{ message: 'the PHP handler', span: handler.line.word.span }],
        help: 'leave the line out',
        fix: {
          title: 'Remove the line',
          kind: 'safe',
          edits: [removeLines(model.loaded.sources, at.node.span)],
        },
      });
    }
  },
};
