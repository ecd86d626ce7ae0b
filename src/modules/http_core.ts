import { httpCore as catalogue } from '../../grammar/catalogue/http_core.ts';
import { hook } from '../pipeline/phases.ts';
import type { RequestRecord } from '../pipeline/request.ts';
import { DECLINED, DONE, type HookResult } from '../pipeline/status.ts';
import { coreServer } from './core/access.ts';
import { atoi, firstArg, flag } from './core/bind-checks.ts';
import { defineModule, type Module, type ServedDirective } from './module.ts';

/** Persistent connections; a field that is undefined is inherited, or has httpd's default. */
export interface HttpServerConfig {
  keepAlive?: boolean;
  keepAliveTimeoutMs?: number;
  /** 0: no limit. */
  maxKeepAliveRequests?: number;
}

type Served<V> = ServedDirective<HttpServerConfig, undefined, V>;

const MAX_TRACE_BODY_BYTES = 65_536;

const keepAlive: Served<boolean> = {
  bind: (_ctx, node) => flag(node),
  apply: ({ server }, value) => {
    server.keepAlive = value;
  },
};

const UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1000],
  ['s', 1000],
  ['ms', 1],
  ['mi', 60_000],
  ['min', 60_000],
  ['h', 3_600_000],
]);

const keepAliveTimeout: Served<number> = {
  bind: (ctx, node) => {
    const word = firstArg(node);
    const parts = /^([+-]?\d{1,15})([a-z]*)$/i.exec(word.text);
    const unit = UNITS.get(parts?.[2]?.toLowerCase() ?? '?');
    if (!parts || unit === undefined) return ctx.error(word, 'KeepAliveTimeout has wrong format');
    const value = Number(parts[1]);
    if (value < 0)
      return ctx.error(word, 'KeepAliveTimeout has wrong format', 'give seconds, or milliseconds as 500ms');
    return value * unit;
  },
  apply: ({ server }, value) => {
    server.keepAliveTimeoutMs = value;
  },
};

const maxKeepAliveRequests: Served<number> = {
  bind: (ctx, node) => {
    const word = firstArg(node);
    if (!/^\d+$/.test(word.text)) ctx.warn(word, `MaxKeepAliveRequests "${word.text}" is not a number`);
    return Math.max(0, atoi(word.text));
  },
  apply: ({ server }, value) => {
    server.maxKeepAliveRequests = value;
  },
};

/** `OPTIONS *` asks the server as a whole, and is answered without headers of a resource. */
function answerServerOptions(req: RequestRecord): HookResult {
  return req.method === 'OPTIONS' && req.uri === '*' ? DONE : DECLINED;
}

/** Sends the request's head back. @source httpd modules/http/http_filters.c `ap_send_http_trace` */
export function answerTrace(req: RequestRecord): HookResult | Promise<HookResult> {
  if (req.method !== 'TRACE') return DECLINED;
  const mode = coreServer(req.server).traceEnable ?? 'on';
  if (mode === 'off') {
    req.notes.set('error-notes', 'TRACE denied by server configuration');
    return 405;
  }
  const { body } = req;
  if (body.isAnnounced && mode !== 'extended') {
    req.notes.set('error-notes', 'TRACE with a request body is not allowed');
    return 413;
  }
  req.contentType = 'message/http';
  let echo = `${req.theRequest}\r\n`;
  for (const [name, value] of req.headersIn) echo += `${name}: ${value}\r\n`;
  echo += '\r\n';
  if (body.isAnnounced) return echoBody(req, echo);
  req.output.write(echo);
  return DONE;
}

/** With `TraceEnable extended` the body follows the head, once all of it was read. */
function echoBody(req: RequestRecord, head: string): Promise<HookResult> {
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    req.body.start(
      {
        data: (chunk) => chunks.push(chunk),
        end: () => {
          req.output.write(head);
          for (const chunk of chunks) req.output.write(chunk);
          resolve(DONE);
        },
        fail: ({ status }) => {
          if (status === 413) req.notes.set('error-notes', 'Extended TRACE request bodies cannot exceed 64k');
          resolve(status);
        },
      },
      MAX_TRACE_BODY_BYTES,
    );
  });
}

export const httpCore: Module<HttpServerConfig, undefined> = defineModule(catalogue, {
  directives: {
    KeepAlive: keepAlive,
    KeepAliveTimeout: keepAliveTimeout,
    MaxKeepAliveRequests: maxKeepAliveRequests,
  },
  createServerConfig: (): HttpServerConfig => ({}),
  mergeServerConfig: (base, add) => ({ ...base, ...add }),
  hooks: [hook('mapToStorage', answerTrace), hook('mapToStorage', answerServerOptions)],
});
