import type { LintRule } from '../rule.ts';
import type { Span } from '../../source/source.ts';
import { authorityOf } from '../model/backend-url.ts';
import type { BackendUrl, LintModel, ModelServer } from '../model/model.ts';

interface Use {
  readonly url: BackendUrl;
  readonly span: Span;
  readonly server: ModelServer;
  readonly order: number;
}

/** Every place that names a socket, in file order. */
function socketUses(model: LintModel): Use[] {
  const uses = [
    ...model.handlers.flatMap(({ url, word, at }) =>
      url ? [{ url, span: word.span, server: at.server, order: at.order }] : [],
    ),
    ...model.workerLines
      .filter((line) => line.by !== 'BalancerMember')
      .map(({ url, urlWord, at }) => ({ url, span: urlWord.span, server: at.server, order: at.order })),
  ];
  return uses
    .filter(({ url }) => url.socket !== undefined && url.isKnown && url.scheme !== '')
    .sort((a, b) => a.order - b.order);
}

/** Two sockets share one authority, so they share one worker. */
export const udsAuthorityCollision: LintRule = {
  name: 'uds-authority-collision',
  severity: 'error',
  summary: 'Two sockets share one authority, so they share one worker',
  isSecurity: true,
  wave: 1,
  needs: [],
  fixable: 'none',
  page: {
    what: 'Finds different sockets behind the same `fcgi://host` in one virtual host (workers of the main server count).',
    why: 'Workers are found by what follows the bar. Where the worker has a socket of its own, every handler with that authority goes to that socket; with reuse on, answers of one pool can reach the clients of another.',
    howToFix: 'Give each socket a host name of its own behind the bar; it can be anything unique.',
    evidence: [
      'mod_proxy_fcgi manual: the host behind the bar can be anything unique',
      'Server Fault 938533',
    ],
    bad: [
      {
        text: '<Proxy "unix:/run/php/a.sock|fcgi://localhost/" enablereuse=on max=4>\n</Proxy>\n<FilesMatch "\\.php$">\n  SetHandler "proxy:unix:/run/php/b.sock|fcgi://localhost/"\n</FilesMatch>\n',
      },
    ],
    good: [
      {
        text: '<Proxy "unix:/run/php/a.sock|fcgi://pool-a/" enablereuse=on max=4>\n</Proxy>\n<FilesMatch "\\.php$">\n  SetHandler "proxy:unix:/run/php/b.sock|fcgi://pool-b/"\n</FilesMatch>\n',
      },
    ],
  },
  check(model, report) {
    const uses = socketUses(model);
    const main = model.servers[0]!;
    const groups = new Map<ModelServer, Map<string, Use[]>>();
    for (const use of uses) {
      const own = groups.get(use.server) ?? new Map<string, Use[]>();
      groups.set(use.server, own);
      const authority = authorityOf(use.url);
      own.set(authority, [...(own.get(authority) ?? []), use]);
    }
    uses.forEach((use) => {
      const authority = authorityOf(use.url);
      const shared = use.server === main ? [] : (groups.get(main)?.get(authority) ?? []);
      const own = groups.get(use.server)!.get(authority)!;
      const other = [...shared, ...own.slice(0, own.indexOf(use))].find(
        (earlier) => earlier.url.socket !== use.url.socket,
      );
      if (!other) return;
      const worker = model.workerFor(use.url, use.server);
      const isShared =
        worker?.url.socket !== undefined || worker?.parameter('enablereuse')?.value.toLowerCase() === 'on';
      report({
        message: `Sockets ${other.url.socket} and ${use.url.socket} share the authority ${authorityOf(use.url)}, and so one worker`,
        span: use.span,
        severity: isShared ? 'error' : 'warning',
        related: [{ message: `${other.url.socket} is named here`, span: other.span }],
        help: 'give each socket a host name of its own behind the bar',
      });
    });
  },
};
