import { performance } from 'node:perf_hooks';
import { mayRetry, retryBudget } from '../../backend/retry.ts';
import { SpooledBody } from '../../fastcgi/spool.ts';
import type { StdinSource } from '../../fastcgi/stdin-source.ts';
import { logRequest } from '../../pipeline/log.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { DONE } from '../../pipeline/status.ts';
import type { Table } from '../../pipeline/table.ts';
import type { SchemeAttempt, SchemeCall, SchemeHandler } from '../mod_proxy/scheme.ts';
import { canonicaliseFcgi, fcgiOrigin, forwardRaw } from './canonicalise.ts';
import { buildParams } from './environment.ts';
import { modProxyFcgi } from './index.ts';
import { isUnsendable, prepareBody, type PreparedBody } from './request-body.ts';
import { portText } from './failure-log.ts';
import { ScriptResponse, type ScriptOutcome } from './script-response.ts';

function mayBeFpm(req: RequestRecord): boolean {
  return modProxyFcgi.dir(req)?.backendType !== 'GENERIC';
}

/**
 * One attempt of a request at one worker. No `async` on this way: each step of a promise costs as much as a header.
 *
 * @source httpd modules/proxy/mod_proxy_fcgi.c `proxy_fcgi_handler`
 */
function handle(call: SchemeCall): SchemeAttempt | Promise<SchemeAttempt> {
  const body = (call.memory.body as PreparedBody | undefined) ?? prepareBody(call.req);
  return body instanceof Promise ? body.then((prepared) => send(call, prepared)) : send(call, body);
}

function send(call: SchemeCall, body: PreparedBody): SchemeAttempt | Promise<SchemeAttempt> {
  const { req } = call;
  call.memory.body = body;
  if (isUnsendable(body)) {
    const text = `Error dispatching request to ${portText(req)}: (reading input brigade)`;
    logRequest(req, 'error', 'proxy_fcgi', 'AH01075', text, body.message);
    if (!body.isGone) return { result: body.status, status: body.status, mayFailOver: false };
    req.output.abort();
    return { result: DONE, status: body.status, mayFailOver: false };
  }
  const environment = req.subprocessEnv.size === 0 ? undefined : req.subprocessEnv.copy();
  const params = buildParams(req, modProxyFcgi.dir(req));
  if (params === undefined) {
    logRequest(req, 'error', 'proxy_fcgi', 'AH01074', `Failed writing Environment to ${portText(req)}:`);
    return { result: 503, status: 503, mayFailOver: false };
  }
  retryBudget.countRequest(performance.now());
  return new Promise((resolve) => {
    const finish = (outcome: ScriptOutcome): void => {
      if (outcome.error && mayBeSentAgain(call, outcome, body)) {
        call.memory.wasRetried = true;
        // Not from within the failure: the pool is still about to clear up behind it.
        queueMicrotask(() => exchange(call, params, body, true, finish));
      } else resolve(attemptOf(call, outcome, body, environment));
    };
    exchange(call, params, body, false, finish);
  });
}

/** @param environment the variables before the parameters were made; undefined: there were none */
function attemptOf(
  call: SchemeCall,
  outcome: ScriptOutcome,
  body: StdinSource,
  environment: Table | undefined,
): SchemeAttempt {
  const { req } = call;
  if (outcome.error?.code.startsWith('HGW_BACKEND_CONNECT')) {
    // httpd makes the parameters once it is connected: an error document does not see them.
    if (environment === undefined) req.subprocessEnv.clear();
    else req.subprocessEnv.assign(environment);
    call.connectFailed?.();
  }
  return { result: outcome.result, status: outcome.status, mayFailOver: mayFailOver(req, outcome, body) };
}

function exchange(
  call: SchemeCall,
  params: string,
  body: StdinSource,
  isFresh: boolean,
  finish: (outcome: ScriptOutcome) => void,
): void {
  const { worker, overrides } = call;
  const { flushPackets, flushWaitMs } = worker.settings;
  const response = new ScriptResponse(call.req, { flushPackets, flushWaitMs, overrides }, finish);
  const running = worker.run(
    {
      params,
      stdin: body,
      defaultTimeoutMs: call.defaultTimeoutMs,
      isFresh: isFresh || !worker.keepsConnections,
    },
    response,
  );
  response.follow(running);
}

/** A kept connection was closed under a safe request: it is sent once more, on a fresh one. */
function mayBeSentAgain(call: SchemeCall, outcome: ScriptOutcome, body: StdinSource): boolean {
  const { error } = outcome;
  if (!error || error.code === 'HGW_BACKEND_CONNECT' || error.code === 'HGW_BACKEND_OVERLOADED') return false;
  const isAllowed = mayRetry({
    method: call.req.method,
    error,
    isBodyReplayable: body.isReplayable,
    wasRetried: call.memory.wasRetried === true,
    leftMs: call.defaultTimeoutMs - (Date.now() - call.req.requestTimeMs),
  });
  return isAllowed && retryBudget.take(performance.now());
}

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * Whether another member may be tried: no application began to work on the request, or it is a safe one of which no
 * answer was seen. httpd fails over with any method, and may so execute a POST twice.
 */
function mayFailOver(req: RequestRecord, outcome: ScriptOutcome, body: StdinSource): boolean {
  const { error } = outcome;
  if (!error || error.status !== 503 || !body.isReplayable) return false;
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
  release(memory) {
    if (memory.body instanceof SpooledBody) memory.body.release();
  },
};
