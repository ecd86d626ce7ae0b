import type { HookFunction, PhaseName } from './phases.ts';
import { PHASES } from './phases.ts';
import { discardBody } from './discard-body.ts';
import { logRequest } from './log.ts';
import { resolveRemoteHost } from './remote-host.ts';
import type { RequestRecord } from './request.ts';
import { DECLINED, DONE, OK, REASONS, type HookResult } from './status.ts';
import { normalizePath, parseUri, unescapePath } from './url.ts';
import { walkLocationAndIf } from './walk.ts';
import { internalRedirect } from './redirect.ts';

type MaybePromise<T> = T | Promise<T>;

/** Goes on with a result that is usually here already: hooks seldom wait. */
function then<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** Runs the hooks of a phase by its rule, from the given one on. */
export function runPhase(req: RequestRecord, phase: PhaseName, from = 0): MaybePromise<HookResult> {
  const hooks: readonly HookFunction[] = req.server.gateway.hooks[phase];
  const isFirst = PHASES[phase] === 'first';
  for (let i = from; i < hooks.length; i++) {
    const result = hooks[i]!(req);
    if (result instanceof Promise) {
      return result.then((late) => (isFinal(late, isFirst) ? late : runPhase(req, phase, i + 1)));
    }
    if (isFinal(result, isFirst)) return result;
  }
  return isFirst ? DECLINED : OK;
}

function isFinal(result: HookResult, isFirst: boolean): boolean {
  return isFirst ? result !== DECLINED : result !== OK && result !== DECLINED;
}

/**
 * Runs a request from normalising its path to its fixups, as httpd orders it.
 *
 * @returns OK, or why the request can't go on to its handler
 * @source httpd server/request.c `ap_process_request_internal`
 */
export function processInternal(req: RequestRecord): MaybePromise<HookResult> {
  const isFileRequest = req.main !== undefined && req.filename !== undefined;
  const { services } = req.server.gateway;
  const mergeSlashes = services.mergeSlashes(req.server);
  const normalized = normalizePath(req.uri, {
    mergeSlashes,
    decodeUnreserved: true,
    allowRelative: isFileRequest,
  });
  req.uri = req.parsedPath = normalized.path;
  if (!normalized.isValid) {
    logRequest(req, 'error', 'core', 'AH10244', `invalid URI path (${req.unparsedUri})`);
    return 400;
  }
  if (isFileRequest) return mapRequest(req, decodePath(req));
  const before = req.dirConfig;
  if (req.server.gateway.hooks.preTranslateName.length === 0) return translateDecoded(req, decodePath(req));
  walkLocationAndIf(req);
  return then(runPhase(req, 'preTranslateName'), (claimed) => {
    if (isError(claimed)) return claimed;
    req.dirConfig = before;
    return translateDecoded(req, claimed === DONE ? OK : decodePath(req));
  });
}

/** Decodes `req.uri` in place, once. */
function decodePath(req: RequestRecord): HookResult {
  const { services } = req.server.gateway;
  const encodedSlashes = services.allowEncodedSlashes(req.server);
  const decoded = unescapePath(
    req.uri,
    encodedSlashes === 'off' ? 'refuse' : encodedSlashes === 'on' ? 'decode' : 'keep',
  );
  const encoded = req.uri;
  req.uri = req.parsedPath = decoded.path;
  if (decoded.status !== undefined) {
    if (decoded.status === 404 && encodedSlashes === 'off' && /%2f/i.test(encoded)) {
      logRequest(
        req,
        'info',
        'core',
        'AH00026',
        `found %2f (encoded '/') in URI path (${req.unparsedUri}), returning 404`,
      );
    }
    return decoded.status;
  }
  if (encodedSlashes === 'on') {
    // Segments that came out of decoded slashes stop at the root.
    const again = normalizePath(req.uri, {
      mergeSlashes: services.mergeSlashes(req.server),
      decodeUnreserved: false,
    });
    req.uri = req.parsedPath = again.path;
  }
  return OK;
}

function translateDecoded(req: RequestRecord, decoded: HookResult): MaybePromise<HookResult> {
  if (decoded !== OK) return decoded;
  walkLocationAndIf(req);
  return then(runPhase(req, 'translateName'), (translated) =>
    translated === OK || translated === DONE
      ? mapRequest(req, OK)
      : declineIsFault(req, translated, 'translate'),
  );
}

/** A phase that no hook answered is a fault of the configuration. @source `decl_die` */
function declineIsFault(req: RequestRecord, result: HookResult, what: string): HookResult {
  if (result !== DECLINED) return result;
  logRequest(req, 'error', 'core', 'AH00025', `configuration error: couldn't ${what}: ${req.uri}`);
  return 500;
}

function mapRequest(req: RequestRecord, decoded: HookResult): MaybePromise<HookResult> {
  if (decoded !== OK) return decoded;
  req.dirConfig = req.server.dirDefaults;
  return then(runPhase(req, 'mapToStorage'), (mapped) => {
    if (mapped !== OK && mapped !== DECLINED) return mapped;
    walkLocationAndIf(req);
    if (req.main) return checkAccess(req);
    return then(runPhase(req, 'headerParser'), (parsed) => (parsed === OK ? checkAccess(req) : parsed));
  });
}

function checkAccess(req: RequestRecord): MaybePromise<HookResult> {
  const earlier = req.prev ?? req.main;
  if (earlier && earlier.dirConfig === req.dirConfig) {
    req.user = earlier.user;
    req.authType = earlier.authType;
    return typeAndFixups(req);
  }
  const checked =
    req.server.gateway.services.satisfies(req) === 'any' ? checkSatisfyAny(req) : checkSatisfyAll(req);
  return then(checked, (access) => (access === OK ? typeAndFixups(req) : access));
}

function checkSatisfyAll(req: RequestRecord): MaybePromise<HookResult> {
  return then(runPhase(req, 'accessChecker'), (access) => {
    if (access !== OK) return access;
    return then(runPhase(req, 'accessCheckerEx'), (authorized) => {
      return authorized === DECLINED ? authenticate(req) : authorized;
    });
  });
}

function checkSatisfyAny(req: RequestRecord): MaybePromise<HookResult> {
  return then(runPhase(req, 'accessChecker'), (access) => {
    if (access === OK) return OK;
    return then(runPhase(req, 'accessCheckerEx'), (authorized) => {
      if (authorized === OK) return OK;
      return authorized === DECLINED ? authenticate(req) : authorized;
    });
  });
}

function authenticate(req: RequestRecord): MaybePromise<HookResult> {
  return then(runPhase(req, 'checkUserId'), (known) => {
    if (known === DECLINED) {
      logRequest(
        req,
        'error',
        'core',
        'AH00027',
        `No authentication done but request not allowed without authentication for ${req.uri}. Authentication not configured?`,
      );
      return 500;
    }
    if (known !== OK) return known;
    return then(runPhase(req, 'authChecker'), (allowed) => declineIsFault(req, allowed, 'check access'));
  });
}

function typeAndFixups(req: RequestRecord): MaybePromise<HookResult> {
  return then(runPhase(req, 'typeChecker'), (typed) => {
    if (typed !== OK && typed !== DECLINED) return typed;
    return runPhase(req, 'fixups');
  });
}

/** Runs the handler, whose name is the content type where none was set. @source `ap_invoke_handler` */
export function invokeHandler(req: RequestRecord): MaybePromise<HookResult> {
  return then(runPhase(req, 'insertFilter'), () => {
    const configured = req.handler;
    req.handler ??= req.contentType?.replace(/[ ;].*$/s, '') ?? 'default-handler';
    req.contentType ??= req.inheritedType;
    return then(runPhase(req, 'handler'), (result) => {
      req.handler = configured;
      if (result !== DECLINED) return result;
      if (configured !== undefined) {
        logRequest(
          req,
          'warn',
          'core',
          'AH01614',
          `handler "${configured}" not found for: ${req.filename ?? ''}`,
        );
      }
      return 500;
    });
  });
}

/**
 * Serves one request to its end: every phase, the response, the access log. Never throws or rejects; a fault of
 * ours becomes a 500 and a log line.
 *
 * @source httpd modules/http/http_request.c `ap_process_async_request`
 */
export function processRequest(req: RequestRecord): MaybePromise<void> {
  try {
    parseUri(req, req.unparsedUri);
    const needsHost = req.server.gateway.hostnameLookups && req.connection.remoteHost === undefined;
    const outcome = then(needsHost ? resolveRemoteHost(req.connection) : undefined, () =>
      then(runPhase(req, 'postReadRequest'), (read) => (read === OK ? serve(req) : die(req, read))),
    );
    if (outcome instanceof Promise)
      return outcome.catch((fault: unknown) => recover(req, fault)).then(() => logTransaction(req));
  } catch (fault) {
    recover(req, fault);
  }
  return logTransaction(req);
}

/**
 * Answers a request whose head can't be served, with the error document of the status, and logs it.
 *
 * @source httpd server/protocol.c `ap_read_request`, which dies before any phase but the log's
 */
export function refuseRequest(req: RequestRecord, status: number): MaybePromise<void> {
  if (req.unparsedUri !== '') parseUri(req, req.unparsedUri);
  return then(die(req, status), () => logTransaction(req));
}

/** From a parsed URI to the end of the response. Internal redirects start here, too. */
export function serve(req: RequestRecord): MaybePromise<void> {
  return then(processInternal(req), (ready) =>
    ready === OK ? then(invokeHandler(req), (result) => die(req, result)) : die(req, ready),
  );
}

function logTransaction(req: RequestRecord): MaybePromise<void> {
  return then(runPhase(req, 'logTransaction'), () => undefined);
}

function isError(result: HookResult): boolean {
  return result >= 400 && result < 600;
}

/** A fault of ours while a request ran: logged whole, answered with 500 or a cut response. */
function recover(req: RequestRecord, fault: unknown): void {
  const text = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
  logRequest(req, 'crit', 'core', '', `internal fault while serving ${req.unparsedUri}: ${text}`);
  if (req.output.isHeadSent) req.output.abort();
  else req.server.gateway.services.sendErrorResponse(Object.assign(req, { status: 500 }), 0, undefined);
}

/**
 * Ends a request with what a phase or handler gave: finishes the response for OK and DONE, else sends the error
 * document of the status.
 *
 * @source httpd modules/http/http_request.c `ap_die_r`
 */
export function die(req: RequestRecord, result: HookResult): MaybePromise<void> {
  if (result === OK || result === DONE) {
    if (!req.output.isClosed) req.output.end();
    return undefined;
  }
  if (result === DECLINED || (result !== 200 && !REASONS.has(result) && (result < 100 || result > 599))) {
    logRequest(req, 'error', 'http', 'AH01579', `Invalid response status ${result}`);
    return die(req, 500);
  }
  if (req.output.isHeadSent) {
    req.output.abort();
    return undefined;
  }
  const failed = req.status;
  if (failed !== 200) {
    const first = firstFailed(req);
    req.status = result;
    req.server.gateway.services.sendErrorResponse(first, failed, undefined);
    return undefined;
  }
  if (DROPS_CONNECTION.has(result)) req.dropsConnection = true;
  const { services } = req.server.gateway;
  let document = services.errorDocument(req, result);
  req.status = result;
  // A text is evaluated when it is sent, a URL before the status is set.
  if (document?.kind === 'text') document = services.errorDocument(req, result);
  if (document?.kind === 'url') {
    req.status = 302;
    req.headersOut.set('Location', document.text);
  } else if (document?.kind === 'local') {
    return redirectToErrorDocument(req, document.text);
  }
  const text = document?.kind === 'text' ? document.text : undefined;
  if (!mustReadBody(req)) {
    req.server.gateway.services.sendErrorResponse(req, 0, text);
    return undefined;
  }
  return then(discardBody(req, req.server.gateway.services.limitRequestBody(req)), (read) => {
    if (read === OK) req.server.gateway.services.sendErrorResponse(req, 0, text);
    else replaceByBodyFault(req, read);
  });
}

/** Statuses behind which httpd never keeps a connection, so that nothing more is read from it. */
const DROPS_CONNECTION: ReadonlySet<number> = new Set([400, 408, 411, 413, 414, 500, 501, 503]);

/**
 * The body is read before the page is sent, so that its faults are answered instead. A client that waits for
 * `100 Continue` has nothing to read, unless it announced too much.
 *
 * @source httpd modules/http/http_filters.c `ap_discard_request_body`
 */
function mustReadBody(req: RequestRecord): boolean {
  const { body } = req;
  if (!body.isAnnounced || req.proxyReq !== 0 || DROPS_CONNECTION.has(req.status)) return false;
  if (!req.headersIn.has('Expect') || body.isComplete) return true;
  const limit = req.server.gateway.services.limitRequestBody(req);
  return limit > 0 && (body.contentLength ?? 0) > limit;
}

/** Answers with the fault of a body that was found while the page of another status was about to leave. */
function replaceByBodyFault(req: RequestRecord, fault: number): void {
  const { services } = req.server.gateway;
  const failed = req.status;
  req.status = fault;
  const document = services.errorDocument(req, fault);
  services.sendErrorResponse(req, failed, document?.kind === 'text' ? document.text : undefined, true);
}

/** The first record of a chain of internal redirects that had failed. */
function firstFailed(req: RequestRecord): RequestRecord {
  let first = req;
  while (first.prev && first.prev.status !== 200) first = first.prev;
  return first;
}

function redirectToErrorDocument(req: RequestRecord, uri: string): MaybePromise<void> {
  const { method } = req;
  req.subprocessEnv.set('REQUEST_METHOD', method);
  const notes = req.notes.get('error-notes');
  if (notes !== undefined) req.subprocessEnv.set('ERROR_NOTES', notes);
  req.method = 'GET';
  return then(internalRedirect(req, uri), () => {
    req.method = method;
  });
}
