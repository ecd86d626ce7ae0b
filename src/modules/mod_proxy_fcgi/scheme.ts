import { mayRetry, retryBudget } from '../../backend/retry.ts';
import type { WorkerCall } from '../../backend/worker.ts';
import type { BackendError } from '../../fastcgi/errors.ts';
import { decodePairs } from '../../fastcgi/params.ts';
import { SpooledBody } from '../../fastcgi/spool.ts';
import type { StdinSource } from '../../fastcgi/stdin-source.ts';
import { logRequest } from '../../pipeline/log.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { encodeTable } from '../../pipeline/script-variables.ts';
import { DONE, type HookResult } from '../../pipeline/status.ts';
import type { SchemeCall, SchemeHandler } from '../mod_proxy/scheme.ts';
import { canonicaliseFcgi, fcgiOrigin, forwardRaw } from './canonicalise.ts';
import { buildParams } from './environment.ts';
import { modProxyFcgi } from './index.ts';
import { isUnsendable, prepareBody, type PreparedBody } from './request-body.ts';
import { portText } from './failure-log.ts';
import { ScriptResponse, type ScriptListener } from './script-response.ts';

function mayBeFpm(req: RequestRecord): boolean {
  return modProxyFcgi.dir(req)?.backendType !== 'GENERIC';
}

/**
 * One attempt of a request at one worker. No promise on this way: each step of one costs as much as a header.
 *
 * @source httpd modules/proxy/mod_proxy_fcgi.c `proxy_fcgi_handler`
 */
function handle(call: SchemeCall): Promise<void> | undefined {
  const body = (call.body as PreparedBody | undefined) ?? prepareBody(call.req);
  if (body instanceof Promise) return body.then((prepared) => send(call, prepared));
  send(call, body);
  return undefined;
}

function send(call: SchemeCall, body: PreparedBody): void {
  const { req } = call;
  call.body = body;
  if (isUnsendable(body)) {
    const text = `Error dispatching request to ${portText(req)}: (reading input brigade)`;
    logRequest(req, 'error', 'proxy_fcgi', 'AH01075', text, body.message);
    if (body.isGone) req.output.abort();
    call.attempted(body.isGone ? DONE : body.status, body.status, false);
    return;
  }
  const environment = encodeTable(req.subprocessEnv);
  const params = buildParams(req, modProxyFcgi.dir(req));
  if (params === undefined) {
    logRequest(req, 'error', 'proxy_fcgi', 'AH01074', `Failed writing Environment to ${portText(req)}:`);
    call.attempted(503, 503, false);
    return;
  }
  retryBudget.countRequest(Date.now());
  new Attempt(call, params, body, environment).run();
}

/** A request that is sent, and sent once more when a kept connection is closed under it. */
class Attempt implements WorkerCall, ScriptListener {
  readonly params: string;
  readonly stdin: StdinSource;
  readonly defaultTimeoutMs: number;
  isFresh: boolean;
  readonly #call: SchemeCall;
  /** The variables before the parameters were made. */
  readonly #environment: string;

  constructor(call: SchemeCall, params: string, body: StdinSource, environment: string) {
    this.params = params;
    this.stdin = body;
    this.defaultTimeoutMs = call.defaultTimeoutMs;
    this.isFresh = !call.worker.keepsConnections;
    this.#call = call;
    this.#environment = environment;
  }

  run(): void {
    const { req, worker, overrides } = this.#call;
    const response = new ScriptResponse(req, worker.settings, overrides, this);
    response.follow(worker.run(this, response));
  }

  over(result: HookResult, status: number, error: BackendError | undefined): void {
    const call = this.#call;
    if (error === undefined) {
      call.attempted(result, status, false);
      return;
    }
    if (mayBeSentAgain(call, error, this.stdin)) {
      call.wasRetried = true;
      this.isFresh = true;
      // Not from within the failure: the pool is still about to clear up behind it.
      queueMicrotask(() => this.run());
      return;
    }
    if (error.code.startsWith('HGW_BACKEND_CONNECT')) {
      // httpd makes the parameters once it is connected: an error document does not see them.
      const { subprocessEnv } = call.req;
      subprocessEnv.clear();
      for (const [name, value] of decodePairs(this.#environment)) subprocessEnv.add(name, value);
      call.connectFailed();
    }
    call.attempted(result, status, mayFailOver(call.req, error, this.stdin));
  }
}

/** A kept connection was closed under a safe request: it is sent once more, on a fresh one. */
function mayBeSentAgain(call: SchemeCall, error: BackendError, body: StdinSource): boolean {
  if (error.code === 'HGW_BACKEND_CONNECT' || error.code === 'HGW_BACKEND_OVERLOADED') return false;
  const isAllowed = mayRetry({
    method: call.req.method,
    error,
    isBodyReplayable: body.isReplayable,
    wasRetried: call.wasRetried,
    leftMs: call.defaultTimeoutMs - (Date.now() - call.req.requestTimeMs),
  });
  return isAllowed && retryBudget.take(Date.now());
}

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * Whether another member may be tried: no application began to work on the request, or it is a safe one of which no
 * answer was seen. httpd fails over with any method, and may so execute a POST twice.
 */
function mayFailOver(req: RequestRecord, error: BackendError, body: StdinSource): boolean {
  if (error.status !== 503 || !body.isReplayable) return false;
  if (!error.evidence.wasRequestSent || error.code === 'HGW_BACKEND_OVERLOADED') return true;
  return SAFE_METHODS.has(req.method) && !error.evidence.hasAnswer;
}

/** The `fcgi:` scheme. */
export const fcgiScheme: SchemeHandler = {
  module: 'mod_proxy_fcgi',
  scheme: 'fcgi',
  canonicalise: (req, url) => canonicaliseFcgi(req, url, mayBeFpm(req)),
  origin: fcgiOrigin,
  forwardRaw: (req, origin, path) => forwardRaw(req, origin, path, mayBeFpm(req)),
  handle,
  release({ body }) {
    if (body instanceof SpooledBody) body.release();
  },
};
