import type { LintRule } from '../rule.ts';
import type { Word } from '../../syntax/tree.ts';
import type { BackendUrl, LintModel, ModelServer } from '../model/model.ts';
import { groupBy } from '../model/group-by.ts';
import { isServing, ownBlock } from '../model/workers.ts';

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Why a worker that looks meant for a URL is not found for it; undefined: it is not meant for it. */
function difference(worker: BackendUrl, url: BackendUrl): string | undefined {
  if (worker.scheme !== url.scheme) return undefined;
  const isSameHost = worker.host === url.host;
  const areLoopback = LOOPBACK.has(worker.host) && LOOPBACK.has(url.host);
  if (!isSameHost && areLoopback && worker.port === url.port)
    return `${worker.host} and ${url.host} are two names to httpd`;
  if (isSameHost && worker.port === url.port && worker.path.length > 1)
    return `the path ${worker.path} is no prefix of the file name`;
  if (isSameHost && areLoopback && worker.port !== url.port && url.socket === undefined)
    return 'the ports differ';
  if (worker.socket !== undefined && worker.socket === url.socket && !isSameHost)
    return 'the host names behind the bar differ';
  return undefined;
}

interface Orphan {
  readonly server: ModelServer;
  readonly url: BackendUrl;
  readonly word: Word;
}

/** Handlers for whose URL there is no worker. */
function orphansByServer(model: LintModel): ReadonlyMap<ModelServer, readonly Orphan[]> {
  const orphans = model.handlers.flatMap(({ url, word, at: { server } }) =>
    !url?.isKnown || url.scheme === 'balancer' || model.workerFor(url, server) ? [] : [{ url, word, server }],
  );
  return groupBy(orphans, ({ server }) => server);
}

/** A <Proxy> block does not match the handler it seems to be for. */
export const workerUrlMismatch: LintRule = {
  name: 'worker-url-mismatch',
  severity: 'warning',
  summary: 'A <Proxy> block does not match the handler it seems to be for',
  wave: 1,
  needs: [],
  fixable: 'review',
  page: {
    what: 'Finds workers that no handler, mapping or rewrite uses, while a handler with a nearly equal URL has no worker.',
    why: 'A worker is used only where its URL is a prefix of what follows the bar. `localhost` and `127.0.0.1`, another port or a path in the worker make two backends of one, and the parameters are lost.',
    howToFix: 'Write the same host and port on both sides.',
    evidence: ['mod_proxy_fcgi manual, "Define a matching worker"'],
    bad: [
      {
        text: '<Proxy "fcgi://127.0.0.1:9000" timeout=120>\n</Proxy>\nSetHandler "proxy:fcgi://localhost:9000"\n',
      },
    ],
    good: [
      {
        text: '<Proxy "fcgi://localhost:9000" timeout=120>\n</Proxy>\nSetHandler "proxy:fcgi://localhost:9000"\n',
      },
    ],
  },
  check(model, report) {
    const orphans = orphansByServer(model);
    const all = [...orphans.values()].flat();
    for (const worker of model.workers) {
      const line = ownBlock(worker);
      if (!line || isServing(model, worker)) continue;
      for (const { url, word } of worker.server.isMain ? all : (orphans.get(worker.server) ?? [])) {
        const reason = difference(worker.url, url);
        if (reason === undefined) continue;
        const wanted =
          url.workerName.slice(0, url.workerName.length - url.path.length) +
          (worker.url.path === '/' ? '/' : '');
        const { text } = model.loaded.sources.files[line.urlWord.span.file]!;
        const written = text.slice(line.urlWord.span.start, line.urlWord.span.end);
        const start = line.urlWord.span.start + written.search(/[A-Za-z]+:\/\//);
        const end = line.urlWord.span.end - (/["']$/.test(written) ? 1 : 0);
        report({
          message: `The worker ${worker.name} does not match the handler ${word.text}: ${reason}; its parameters are unused`,
          span: line.urlWord.span,
          related: [{ message: 'the handler', span: word.span }],
          help: `write ${wanted}`,
          fix: {
            title: `Write ${wanted}`,
            kind: 'review',
            edits: [{ span: { ...line.urlWord.span, start, end }, text: wanted }],
          },
        });
        break;
      }
    }
  },
};
