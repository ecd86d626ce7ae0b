import type { LintRule } from '../rule.ts';
import { isOlder } from '../version.ts';
import { removeLines } from '../edits.ts';

/** The new name; undefined: the directive went without a successor. */
const CHANGED: ReadonlyMap<string, string | undefined> = new Map([
  ['namevirtualhost', undefined],
  ['maxclients', 'MaxRequestWorkers'],
  ['maxrequestsperchild', 'MaxConnectionsPerChild'],
  ['defaulttype', undefined],
  ['rewritelog', undefined],
  ['rewriteloglevel', undefined],
  ['lockfile', undefined],
  ['acceptmutex', undefined],
  ['sslmutex', undefined],
]);
/** Refused by 2.4, where the others are only ignored. */
const REFUSED = /^(rewritelog|rewriteloglevel|lockfile|acceptmutex|sslmutex)$/;

/** From here on SSLCertificateFile may hold the chain. */
const CHAIN_IN_ONE_FILE = '2.4.8';

/** The directive was removed or renamed in httpd 2.4. */
export const removedOrRenamedDirective: LintRule = {
  name: 'removed-or-renamed-directive',
  severity: 'warning',
  summary: 'The directive was removed or renamed in httpd 2.4',
  wave: 2,
  needs: ['version'],
  fixable: 'safe',
  replaces: ['bind/unknown-directive', 'bind/suspicious'],
  page: {
    what: 'Finds directives of httpd 2.2 that were removed, renamed or turned into nothing.',
    why: 'Old fragments fail to start, or are ignored with a note that nobody reads.',
    howToFix: 'Use the new name, or remove the line.',
    evidence: ['"Upgrading to 2.4 from 2.2"'],
    bad: [{ text: 'NameVirtualHost *:80\nMaxClients 200\n' }],
    good: [{ text: 'MaxRequestWorkers 200\n' }],
  },
  check(model, report) {
    for (const { node } of isOlder(model.target, CHAIN_IN_ONE_FILE)
      ? []
      : model.named('SSLCertificateChainFile')) {
      report({
        message: `${node.name.text} is obsolete since httpd ${CHAIN_IN_ONE_FILE}`,
        span: node.name.span,
        severity: 'info',
        help: 'put the intermediate certificates behind the own one in SSLCertificateFile',
      });
    }
    for (const { node } of model.directives) {
      const lower = node.name.text.toLowerCase();
      if (!CHANGED.has(lower)) continue;
      if (lower === 'defaulttype' && node.args[0]?.text.toLowerCase() === 'none') continue;
      const successor = CHANGED.get(lower);
      report({
        message:
          successor === undefined
            ? `${node.name.text} has no effect in httpd 2.4`
            : `${node.name.text} is called ${successor} in httpd 2.4`,
        span: node.name.span,
        ...(REFUSED.test(lower) && { severity: 'error' as const }),
        help:
          successor === undefined
            ? lower.startsWith('rewritelog')
              ? 'write LogLevel rewrite:trace3'
              : 'remove the line'
            : `write ${successor}`,
        fix:
          successor === undefined
            ? {
                title: 'Remove the line',
                kind: 'safe',
                edits: [removeLines(model.loaded.sources, node.span)],
              }
            : {
                title: `Write ${successor}`,
                kind: 'safe',
                edits: [{ span: node.name.span, text: successor }],
              },
      });
    }
  },
};
