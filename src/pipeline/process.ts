import type { HooksByPhase, PhaseHooks, PhaseName } from './phases.ts';
import { discardBody } from './discard-body.ts';
import { logRequest } from './log.ts';
import { resolveRemoteHost } from './remote-host.ts';
import type { RequestRecord } from './request.ts';
import { DECLINED, DONE, OK, REASONS, type HookResult } from './status.ts';
import { isPlainPath, normalizePath, parseUri, unescapePath } from './url.ts';
import { walkLocationAndIf } from './walk.ts';
import { internalRedirect } from './redirect.ts';

type MaybePromise<T> = T | Promise<T>;
/** What follows a step that gave a value. */
type Next<T, U> = (req: RequestRecord, value: T) => MaybePromise<U>;

/** Goes on with a result that is usually here already: hooks seldom wait. */
function then<T, U>(req: RequestRecord, value: MaybePromise<T>, next: Next<T, U>): MaybePromise<U> {
  return value instanceof Promise ? later(req, value, next) : next(req, value);
}

/** Apart from `then`, so that the usual way makes no closure. */
function later<T, U>(req: RequestRecord, value: Promise<T>, next: Next<T, U>): Promise<U> {
  return value.then((late) => next(req, late));
}

/** Runs the hooks of a phase by its rule. */
export function runPhase(req: RequestRecord, phase: PhaseName): MaybePromise<HookResult> {
  return runPhaseThen(req, hooksOf(req)[phase], asItIs);
}

/** The hooks that concern the request under the configs that it has by now. */
function hooksOf(req: RequestRecord): HooksByPhase {
  const { dirConfig, server } = req;
  return (dirConfig.hooks ??= server.gateway.hooks.under(server, dirConfig));
}

function asItIs(_req: RequestRecord, result: HookResult): HookResult {
  return result;
}

/** Runs the hooks of a phase from the given one on, and goes on with what they gave. */
function runPhaseThen<U>(
  req: RequestRecord,
  phase: PhaseHooks,
  next: Next<HookResult, U>,
  from = 0,
): MaybePromise<U> {
  const { run } = phase;
  const isFirst = phase.rule === 'first';
  for (let i = from; i < run.length; i++) {
    const result = run[i]!(req);
    if (result instanceof Promise) return resumePhase(req, phase, next, i + 1, result);
    if (isFinal(result, isFirst)) return next(req, result);
  }
  return next(req, isFirst ? DECLINED : OK);
}

/** Apart from `runPhaseThen`, so that the usual way makes no closure. */
function resumePhase<U>(
  req: RequestRecord,
  phase: PhaseHooks,
  next: Next<HookResult, U>,
  from: number,
  result: Promise<HookResult>,
): Promise<U> {
  return result.then((late) =>
    isFinal(late, phase.rule === 'first') ? next(req, late) : runPhaseThen(req, phase, next, from),
  );
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
  if (!isPlainPath(req.uri)) {
    const normalized = normalizePath(req.uri, {
      mergeSlashes: req.server.gateway.services.mergeSlashes(req.server),
      decodeUnreserved: true,
      allowRelative: isFileRequest,
    });
    req.uri = req.parsedPath = normalized.path;
    if (!normalized.isValid) {
      logRequest(req, 'error', 'core', 'AH10244', `invalid URI path (${req.unparsedUri})`);
      return 400;
    }
  }
  if (isFileRequest) return mapRequest(req, decodePath(req));
  if (!req.server.gateway.hooks.has('preTranslateName')) return translateDecoded(req, decodePath(req));
  return preTranslate(req);
}

function preTranslate(req: RequestRecord): MaybePromise<HookResult> {
  walkLocationAndIf(req);
  return runPhaseThen(req, hooksOf(req).preTranslateName, afterPreTranslation);
}

function afterPreTranslation(req: RequestRecord, claimed: HookResult): MaybePromise<HookResult> {
  if (isError(claimed)) return claimed;
  req.dirConfig = req.server.dirDefaults;
  return translateDecoded(req, claimed === DONE ? OK : decodePath(req));
}

/** Decodes `req.uri` in place, once. */
function decodePath(req: RequestRecord): HookResult {
  if (!req.uri.includes('%')) return OK;
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
  return runPhaseThen(req, hooksOf(req).translateName, afterTranslation);
}

function afterTranslation(req: RequestRecord, translated: HookResult): MaybePromise<HookResult> {
  return translated === OK || translated === DONE
    ? mapRequest(req, OK)
    : declineIsFault(req, translated, 'translate');
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
  return runPhaseThen(req, hooksOf(req).mapToStorage, afterMapping);
}

function afterMapping(req: RequestRecord, mapped: HookResult): MaybePromise<HookResult> {
  if (mapped !== OK && mapped !== DECLINED) return mapped;
  walkLocationAndIf(req);
  if (req.main) return checkAccess(req);
  return runPhaseThen(req, hooksOf(req).headerParser, afterHeaders);
}

function afterHeaders(req: RequestRecord, parsed: HookResult): MaybePromise<HookResult> {
  return parsed === OK ? checkAccess(req) : parsed;
}

function checkAccess(req: RequestRecord): MaybePromise<HookResult> {
  const earlier = req.prev ?? req.main;
  if (earlier && earlier.dirConfig === req.dirConfig) {
    req.user = earlier.user;
    req.authType = earlier.authType;
    return typeAndFixups(req);
  }
  const isAny = req.server.gateway.services.satisfies(req) === 'any';
  return runPhaseThen(req, hooksOf(req).accessChecker, isAny ? afterAnyAccess : afterAccess);
}

/** Satisfy All: the addresses must be welcome, and the authorization must be given. */
function afterAccess(req: RequestRecord, access: HookResult): MaybePromise<HookResult> {
  if (access !== OK) return access;
  return runPhaseThen(req, hooksOf(req).accessCheckerEx, afterAuthorization);
}

function afterAuthorization(req: RequestRecord, authorized: HookResult): MaybePromise<HookResult> {
  return authorized === DECLINED
    ? runPhaseThen(req, hooksOf(req).checkUserId, afterAuthentication)
    : afterChecks(req, authorized);
}

/** Satisfy Any: one of the two is enough. */
function afterAnyAccess(req: RequestRecord, access: HookResult): MaybePromise<HookResult> {
  if (access === OK) return typeAndFixups(req);
  return runPhaseThen(req, hooksOf(req).accessCheckerEx, afterAuthorization);
}

function afterChecks(req: RequestRecord, access: HookResult): MaybePromise<HookResult> {
  return access === OK ? typeAndFixups(req) : access;
}

function afterAuthentication(req: RequestRecord, known: HookResult): MaybePromise<HookResult> {
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
  return runPhaseThen(req, hooksOf(req).authChecker, afterAuthCheck);
}

function afterAuthCheck(req: RequestRecord, allowed: HookResult): MaybePromise<HookResult> {
  return afterChecks(req, declineIsFault(req, allowed, 'check access'));
}

function typeAndFixups(req: RequestRecord): MaybePromise<HookResult> {
  return runPhaseThen(req, hooksOf(req).typeChecker, afterType);
}

function afterType(req: RequestRecord, typed: HookResult): MaybePromise<HookResult> {
  if (typed !== OK && typed !== DECLINED) return typed;
  return runPhase(req, 'fixups');
}

/** Runs the handler, whose name is the content type where none was set. @source `ap_invoke_handler` */
function runHandler(req: RequestRecord): MaybePromise<void> {
  const isNamed = req.handler !== undefined;
  req.handler ??= req.contentType?.replace(/[ ;].*$/s, '') ?? 'default-handler';
  req.contentType ??= req.inheritedType;
  return runPhaseThen(req, hooksOf(req).handler, isNamed ? afterNamedHandler : afterHandler);
}

function afterNamedHandler(req: RequestRecord, result: HookResult): MaybePromise<void> {
  if (result !== DECLINED) return die(req, result);
  const { handler = '', filename = '' } = req;
  logRequest(req, 'warn', 'core', 'AH01614', `handler "${handler}" not found for: ${filename}`);
  return die(req, 500);
}

function afterHandler(req: RequestRecord, result: HookResult): MaybePromise<void> {
  req.handler = undefined;
  return die(req, result === DECLINED ? 500 : result);
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
    const outcome = readRequest(req);
    if (outcome instanceof Promise) {
      return outcome.then(
        () => logTransaction(req),
        (fault: unknown) => {
          recover(req, fault);
          return logTransaction(req);
        },
      );
    }
  } catch (fault) {
    recover(req, fault);
  }
  return logTransaction(req);
}

function readRequest(req: RequestRecord): MaybePromise<void> {
  return then(req, nameClient(req), afterLookup);
}

/** Looks the client's name up where some rule or log of the configuration asks for it. */
function nameClient({ server, connection }: RequestRecord): MaybePromise<void> {
  const isWanted = server.gateway.hostnameLookups && connection.remoteHost === undefined;
  return isWanted ? resolveRemoteHost(connection) : undefined;
}

function afterLookup(req: RequestRecord): MaybePromise<void> {
  return runPhaseThen(req, hooksOf(req).postReadRequest, afterReading);
}

function afterReading(req: RequestRecord, read: HookResult): MaybePromise<void> {
  return read === OK ? serve(req) : die(req, read);
}

/**
 * Answers a request whose head can't be served, with the error document of the status, and logs it.
 *
 * @source httpd server/protocol.c `ap_read_request`, which dies before any phase but the log's
 */
export function refuseRequest(req: RequestRecord, status: number): MaybePromise<void> {
  if (req.unparsedUri !== '') parseUri(req, req.unparsedUri);
  const answered = then(req, nameClient(req), () => die(req, status));
  return then(req, answered, logTransaction);
}

/** From a parsed URI to the end of the response. Internal redirects start here, too. */
export function serve(req: RequestRecord): MaybePromise<void> {
  return then(req, processInternal(req), afterFixups);
}

function afterFixups(req: RequestRecord, ready: HookResult): MaybePromise<void> {
  return ready === OK ? runPhaseThen(req, hooksOf(req).insertFilter, runHandler) : die(req, ready);
}

function logTransaction(req: RequestRecord): MaybePromise<void> {
  return runPhaseThen(req, hooksOf(req).logTransaction, nothing);
}

function nothing(): void {
  // The log has the last word, and none for the caller.
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
  return then(req, discardBody(req, req.server.gateway.services.limitRequestBody(req)), (_req, read) => {
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
  // Who reads trailers puts their fault in the place of the status.
  const failed = req.body.failure?.isInTrailers ? fault : req.status;
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
  return then(req, internalRedirect(req, uri), () => {
    req.method = method;
  });
}
