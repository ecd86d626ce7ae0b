import type { Span } from '../../source/source.ts';
import type { FpmPool } from '../information.ts';
import type { BackendUrl, LintModel, ModelServer, ModelWorker } from '../model/model.ts';

/** A place that sends requests to a backend's address. */
export interface BackendUse {
  readonly url: BackendUrl;
  readonly span: Span;
  readonly server: ModelServer;
  readonly worker: ModelWorker | undefined;
}

/** Every FastCGI address that is named by a handler, a mapping or a member; those not known are left out. */
export function backendUses(model: LintModel): BackendUse[] {
  const uses: BackendUse[] = [];
  for (const { url, word, at } of model.handlers) {
    if (url) uses.push({ url, span: word.span, server: at.server, worker: model.workerFor(url, at.server) });
  }
  for (const worker of model.workers) {
    for (const { by, url, urlWord, at } of worker.lines) {
      if (by !== 'Proxy' && by !== 'ProxySet')
        uses.push({ url, span: urlWord.span, server: at.server, worker });
    }
  }
  return uses.filter(({ url }) => url.scheme === 'fcgi' && url.isKnown && !url.hasDynamicAuthority);
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1', '[::1]']);

/** Whether an address is this machine's. */
export function isLocal(url: BackendUrl): boolean {
  return url.socket !== undefined || LOOPBACK.has(url.host);
}

/** Whether a pool listens where a URL leads; undefined: the file does not say where it listens. */
export function listensAt(pool: FpmPool, url: BackendUrl): boolean | undefined {
  const { listen } = pool;
  if (listen === undefined || listen.includes('$')) return undefined;
  if (url.socket !== undefined) return listen === url.socket;
  if (listen.startsWith('/')) return false;
  const colon = listen.lastIndexOf(':');
  const host = listen.slice(0, Math.max(colon, 0));
  if (Number(listen.slice(colon + 1)) !== url.port) return false;
  const isAnywhere = host === '' || host === '0.0.0.0' || host === '[::]';
  return isAnywhere || host === url.host || (LOOPBACK.has(host) && LOOPBACK.has(url.host));
}

/** The pool that a URL leads to, among those given. */
export function poolOf(model: LintModel, url: BackendUrl): FpmPool | undefined {
  return model.pools?.find((pool) => listensAt(pool, url) === true);
}
