import type { LintRule } from '../rule.ts';
import { posix } from 'node:path';
import type { Fix } from '../../diagnostics/diagnostic.ts';
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

/** Host names for sockets, each made of its socket's name and of no other backend. */
class HostNames {
  /** Hosts that are written, with the socket behind each; '' for an address or for several. */
  readonly #socketOf = new Map<string, string>();
  readonly #given = new Map<string, string>();

  constructor(urls: readonly BackendUrl[]) {
    for (const { host, socket = '' } of urls)
      this.#socketOf.set(host, (this.#socketOf.get(host) ?? socket) === socket ? socket : '');
  }

  of(socket: string): string {
    const known = this.#given.get(socket);
    if (known !== undefined) return known;
    const base =
      posix
        .basename(socket, '.sock')
        .toLowerCase()
        .replace(/[^a-z0-9.]+/g, '-') || 'pool';
    let host = base;
    for (let n = 2; (this.#socketOf.get(host) ?? socket) !== socket; n++) host = `${base}-${n}`;
    this.#socketOf.set(host, socket);
    this.#given.set(socket, host);
    return host;
  }
}

/** Writes another host behind the bar; undefined where none is written, or where the backend would be told of it. */
function renamed(model: LintModel, { url, span }: Use, names: HostNames): Fix | undefined {
  const { socket, host, scheme, text } = url;
  if (socket === undefined || host === '' || scheme !== 'fcgi') return undefined;
  const written = model.loaded.sources.files[span.file]!.text.slice(span.start, span.end);
  const at = written.indexOf(text);
  const slashes = text.indexOf('//', text.indexOf('|'));
  if (at < 0 || slashes < 0 || text.slice(slashes + 2, slashes + 2 + host.length).toLowerCase() !== host)
    return undefined;
  const start = span.start + at + slashes + 2;
  const name = names.of(socket);
  const edits = [{ span: { ...span, start, end: start + host.length }, text: name }];
  return { title: `Write fcgi://${name}`, kind: 'review', edits };
}

/** Of the uses of one authority in one server: the first, and the first of another socket than that one's. */
class Sockets {
  #first: Use | undefined;
  #second: Use | undefined;

  add(use: Use): void {
    this.#first ??= use;
    if (use.url.socket !== this.#first.url.socket) this.#second ??= use;
  }

  /** The first use of another socket than this one. */
  otherThan(socket: string | undefined): Use | undefined {
    return this.#first?.url.socket === socket ? this.#second : this.#first;
  }
}

/** The sockets of each authority, by server. */
class SocketTable {
  readonly #byServer = new Map<ModelServer, Map<string, Sockets>>();

  of(server: ModelServer, authority: string): Sockets {
    let own = this.#byServer.get(server);
    if (!own) this.#byServer.set(server, (own = new Map<string, Sockets>()));
    let sockets = own.get(authority);
    if (!sockets) own.set(authority, (sockets = new Sockets()));
    return sockets;
  }
}

/** Two sockets share one authority, so they share one worker. */
export const udsAuthorityCollision: LintRule = {
  name: 'uds-authority-collision',
  severity: 'error',
  summary: 'Two sockets share one authority, so they share one worker',
  isSecurity: true,
  wave: 1,
  needs: [],
  fixable: 'review',
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
    const names = new HostNames([
      ...model.handlers.flatMap(({ url }) => url ?? []),
      ...model.workerLines.map(({ url }) => url),
    ]);
    const ofMain = new SocketTable();
    const earlier = new SocketTable();
    for (const use of uses) if (use.server === main) ofMain.of(main, authorityOf(use.url)).add(use);
    for (const use of uses) {
      const { socket } = use.url;
      const authority = authorityOf(use.url);
      const own = earlier.of(use.server, authority);
      const other =
        (use.server === main ? undefined : ofMain.of(main, authority).otherThan(socket)) ??
        own.otherThan(socket);
      own.add(use);
      if (!other) continue;
      const worker = model.workerFor(use.url, use.server);
      const isShared =
        worker?.url.socket !== undefined || worker?.parameter('enablereuse')?.value.toLowerCase() === 'on';
      const fix = renamed(model, use, names);
      report({
        message: `Sockets ${other.url.socket} and ${use.url.socket} share the authority ${authority}, and so one worker`,
        span: use.span,
        severity: isShared ? 'error' : 'warning',
        related: [{ message: `${other.url.socket} is named here`, span: other.span }],
        help: 'give each socket a host name of its own behind the bar',
        ...(fix && { fix }),
      });
    }
  },
};
