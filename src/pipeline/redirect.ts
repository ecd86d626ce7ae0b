import { logRequest } from './log.ts';
import { die, runPhase, serve } from './process.ts';
import { RequestRecord } from './request.ts';
import { OK } from './status.ts';
import { Table } from './table.ts';
import { parseUri } from './url.ts';

/**
 * Too many internal redirects or nested subrequests led here; logged.
 *
 * @source httpd server/core.c `ap_is_recursion_limit_exceeded`
 */
export function isRecursionLimitExceeded(req: RequestRecord): boolean {
  const { services } = req.server.gateway;
  const redirectLimit = services.redirectLimit(req.server);
  const subrequestLimit = services.subrequestLimit(req.server);
  let redirects = 0;
  let subrequests = 0;
  for (let top: RequestRecord | undefined = req; top;) {
    if (top.prev) {
      if (++redirects >= redirectLimit) {
        logRequest(
          req,
          'error',
          'core',
          'AH00124',
          `Request exceeded the limit of ${redirectLimit} internal redirects due to probable configuration error. Use 'LimitInternalRecursion' to increase the limit if necessary.`,
        );
        return true;
      }
      top = top.prev;
    } else if (top.main) {
      if (++subrequests >= subrequestLimit) {
        logRequest(
          req,
          'error',
          'core',
          'AH00125',
          `Request exceeded the limit of ${subrequestLimit} subrequest nesting levels due to probable configuration error. Use 'LimitInternalRecursion' to increase the limit if necessary.`,
        );
        return true;
      }
      top = top.main;
    } else {
      top = undefined;
    }
  }
  return false;
}

/** Every variable under `REDIRECT_` and its name. @source `rename_original_env` */
function renamedEnvironment(env: Table): Table {
  const renamed = new Table();
  for (const [name, value] of env) renamed.set(`REDIRECT_${name}`, value);
  return renamed;
}

/** The record of an internal redirect, before its `postReadRequest`. @source `internal_internal_redirect` */
function redirectedRecord(req: RequestRecord, uri: string): RequestRecord {
  const next = new RequestRecord(req, req.connection, req.server, req.body, req.output, {
    prev: req,
    subprocessEnv: renamedEnvironment(req.subprocessEnv),
  });
  next.requestTimeMs = req.requestTimeMs;
  next.status = req.status;
  next.headerOnly = req.headerOnly;
  next.user = undefined;
  next.clientAddress = req.clientAddress;
  next.clientPort = req.clientPort;
  next.subprocessEnv.set('REDIRECT_STATUS', String(req.status));
  parseUri(next, uri);
  req.next = next;
  return next;
}

/**
 * Answers a request by another URI of this server, with a record of its own and `REDIRECT_*` variables. The response
 * is finished when it returns (or its promise is kept).
 *
 * @param uri encoded path, with its query
 * @param prepare changes the new record before its first phase
 * @source httpd modules/http/http_request.c `ap_internal_redirect`
 */
export function internalRedirect(
  req: RequestRecord,
  uri: string,
  prepare?: (next: RequestRecord) => void,
): void | Promise<void> {
  if (isRecursionLimitExceeded(req)) return die(req, 500);
  const next = redirectedRecord(req, uri);
  prepare?.(next);
  const read = runPhase(next, 'postReadRequest');
  if (read instanceof Promise) return read.then((late) => (late === OK ? serve(next) : die(next, late)));
  return read === OK ? serve(next) : die(next, read);
}
