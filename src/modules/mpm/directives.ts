import { isIP } from 'node:net';
import type { Span } from '../../source/source.ts';
import type { DirectiveNode } from '../../syntax/tree.ts';
import { atoi, firstArg, isForbidden } from '../core/bind-checks.ts';
import type { AcceptedDirective, BindContext, ServedDirective } from '../module.ts';

/** One `Listen` line. */
export interface Listener {
  /** Name or address without brackets; undefined: every address of the machine. */
  readonly host: string | undefined;
  readonly port: number;
  /** Second argument, as written. */
  readonly protocol: string | undefined;
  readonly span: Span;
}

/** What the MPM's directives say; only the main server has any. */
export interface MpmConfig {
  listeners: Listener[];
  backlog?: number;
  gracefulShutdownSeconds?: number;
}

type Served<V> = ServedDirective<MpmConfig, undefined, V>;

/**
 * Host and port of `[host:]port` as APR reads it; undefined: no address at all; no port: the port is missing.
 *
 * @source apr apr_parse_addr_port
 */
function parseAddress(
  text: string,
): { readonly host: string | undefined; readonly port: number } | undefined {
  const found = /^(?:(\[[^\]]*\]|[^:]*):)?([0-9]+)$/.exec(text);
  if (!found) return { host: undefined, port: 0 };
  const port = Number(found[2]);
  const written = found[1];
  if (port < 1 || port > 65535 || written === '') return undefined;
  const host = written?.replace(/^\[|\]$/g, '');
  if (written?.startsWith('[') && isIP(host!.replace(/%.*$/, '')) !== 6) return undefined;
  return { host: host === '*' ? undefined : host, port };
}

/** @source httpd server/listen.c `ap_set_listener` */
const listen: Served<Omit<Listener, 'span'>> = {
  bind: (ctx, node) => {
    if (isForbidden(ctx, node, 'globalOnly')) return undefined;
    const [address, protocol, extra] = node.args;
    if (!address || extra) return ctx.error(node, 'Listen requires 1 or 2 arguments.');
    const parsed = parseAddress(address.text);
    if (!parsed) return ctx.error(address, 'Invalid address or port');
    if (parsed.port === 0) return ctx.error(address, 'Port must be specified');
    return { ...parsed, protocol: protocol?.text };
  },
  apply: ({ server }, value, { span }) => server.listeners.push({ ...value, span }),
};

const listenBacklog: Served<number> = {
  bind: (ctx, node) => {
    if (isForbidden(ctx, node, 'globalOnly')) return undefined;
    const backlog = atoi(firstArg(node).text);
    return backlog > 0 ? backlog : ctx.error(firstArg(node), 'ListenBacklog must be > 0');
  },
  apply: ({ server }, backlog) => {
    server.backlog = backlog;
  },
};

const gracefulShutdownTimeout: Served<number> = {
  bind: (ctx, node) => (isForbidden(ctx, node, 'globalOnly') ? undefined : atoi(firstArg(node).text)),
  apply: ({ server }, seconds) => {
    server.gracefulShutdownSeconds = seconds;
  },
};

function accepted(
  reason: string,
  check?: (ctx: BindContext, node: DirectiveNode) => void,
): AcceptedDirective {
  return {
    accepted: reason,
    bind: (ctx, node) => {
      if (!isForbidden(ctx, node, 'globalOnly')) check?.(ctx, node);
    },
  };
}

function positive(ctx: BindContext, node: DirectiveNode): void {
  const word = firstArg(node);
  if (atoi(word.text) <= 0) ctx.error(word, `${node.name.text} must be > 0`);
}

function bufferSize(ctx: BindContext, node: DirectiveNode): void {
  const bytes = atoi(firstArg(node).text);
  if (bytes !== 0 && bytes < 512) {
    ctx.error(firstArg(node), `${node.name.text} must be >= 512 bytes, or 0 for system default.`);
  }
}

/** The number must be whole: `1.5` passes, `foo` does not. @source httpd event.c `set_worker_factor` */
function workerFactor(ctx: BindContext, node: DirectiveNode): void {
  const word = firstArg(node);
  if (!/^[ \t]*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i.test(word.text)) {
    ctx.error(word, 'error parsing value');
  } else if (Number(word.text) <= 0) {
    ctx.error(word, 'AsyncRequestWorkerFactor argument must be a positive number');
  }
}

const PROCESSES = 'The number of processes is that of --processes.';
const THREADS = 'A process serves all its requests in one thread.';
const CLIENTS = 'Connections are not limited by a number of workers.';
const SOCKETS = 'Sockets keep the buffers that the system gives them.';

/** Directives that all MPMs have. */
export const listenDirectives = {
  Listen: listen,
  ListenBacklog: listenBacklog,
  ListenCoresBucketsRatio: accepted('One listening socket serves all processes.', positive),
  SendBufferSize: accepted(SOCKETS, bufferSize),
  ReceiveBufferSize: accepted(SOCKETS, bufferSize),
  ListenTCPDeferAccept: accepted('Connections are taken as they come.', positive),
  StartServers: accepted(PROCESSES),
  ServerLimit: accepted(PROCESSES),
  MaxClients: accepted(CLIENTS),
  MaxRequestWorkers: accepted(CLIENTS),
  GracefulShutdownTimeout: gracefulShutdownTimeout,
};

/** Directives of the MPMs with threads. */
export const threadDirectives = {
  MinSpareThreads: accepted(THREADS),
  MaxSpareThreads: accepted(THREADS),
  ThreadsPerChild: accepted(THREADS),
  ThreadLimit: accepted(THREADS),
};

export const eventDirectives = { AsyncRequestWorkerFactor: accepted(THREADS, workerFactor) };

export const preforkDirectives = {
  MinSpareServers: accepted(PROCESSES),
  MaxSpareServers: accepted(PROCESSES),
};
