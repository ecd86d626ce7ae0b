import { statOf } from '../source/stat.ts';
import type { RequestBody, ResponseSink } from './exchange.ts';
import { logRequest } from './log.ts';
import { processInternal } from './process.ts';
import { isRecursionLimitExceeded } from './redirect.ts';
import { RequestRecord } from './request.ts';
import { OK, DECLINED } from './status.ts';
import { Table } from './table.ts';
import { escapePath, parseUri, pathInfoStart } from './url.ts';

/** Headers about the body, which a subrequest has not. @source httpd server/protocol.c `strip_headers_request_body` */
const BODY_HEADERS = [
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-md5',
  'content-range',
  'content-type',
  'expires',
  'last-modified',
  'transfer-encoding',
];

/** The body of a request that has none. */
export const NO_BODY: RequestBody = {
  isAnnounced: false,
  contentLength: undefined,
  isChunked: false,
  isComplete: true,
  heldBytes: 0,
  failure: undefined,
  start: (consumer) => consumer.end(),
  pause: () => undefined,
  resume: () => undefined,
  discard: () => undefined,
};

/** Where a look-up's response would go: nowhere. A look-up never runs its handler. */
const NO_OUTPUT: ResponseSink = {
  write: () => true,
  flush: () => undefined,
  end: () => undefined,
  abort: () => undefined,
  isHeadSent: false,
  isClosed: true,
  onDrain: undefined,
  onGone: undefined,
};

/** @source httpd server/request.c `make_sub_request`, server/protocol.c `ap_set_sub_req_protocol` */
function subrequestRecord(req: RequestRecord, method: string): RequestRecord {
  let headersIn = req.headersIn;
  if (req.body.isAnnounced) {
    headersIn = req.headersIn.copy();
    for (const name of BODY_HEADERS) headersIn.unset(name);
  }
  const head = {
    theRequest: req.theRequest,
    method,
    unparsedUri: req.unparsedUri,
    protocol: 'INCLUDED',
    protocolNumber: req.protocolNumber,
    headersIn,
    hostname: req.hostname,
    // The port of the Host header belongs to the URI that the client sent.
    hostPort: undefined,
  };
  const sub = new RequestRecord(head, req.connection, req.server, NO_BODY, NO_OUTPUT, {
    main: req,
    subprocessEnv: req.subprocessEnv.copy(),
  });
  sub.requestTimeMs = req.requestTimeMs;
  sub.clientAddress = req.clientAddress;
  sub.clientPort = req.clientPort;
  sub.user = req.user;
  sub.authType = req.authType;
  return sub;
}

/** Runs a look-up to its fixups; a failure becomes its status. */
function lookUp(sub: RequestRecord): RequestRecord {
  const result = processInternal(sub);
  if (result instanceof Promise) {
    // Look-ups are asked from synchronous hooks; what can't be decided now is not granted.
    result.catch(() => undefined);
    logRequest(sub, 'error', 'core', '', `a hook had to wait during a subrequest for ${sub.uri}`);
    sub.status = 500;
  } else if (result !== OK && result !== DECLINED) {
    sub.status = result < 100 ? 500 : result;
  }
  return sub;
}

/** Directory of a path, with its trailing slash. */
function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/**
 * What a URI would lead to: a record that went through every phase but the handler. `status` is 200, or why it failed.
 *
 * @param uri encoded; relative ones are seen from the request's own URI
 * @source httpd server/request.c `ap_sub_req_method_uri`
 */
export function subrequestUri(req: RequestRecord, uri: string, method = 'GET'): RequestRecord {
  const sub = subrequestRecord(req, method);
  parseUri(sub, uri.startsWith('/') ? uri : parentOf(escapePath(req.uri)) + uri);
  if (isRecursionLimitExceeded(req)) {
    sub.status = 500;
    return sub;
  }
  return lookUp(sub);
}

/**
 * What a file would be served as. A name without a slash is taken beside the request's own file.
 *
 * @source httpd server/request.c `ap_sub_req_lookup_file`
 */
export function subrequestFile(req: RequestRecord, path: string): RequestRecord {
  const sub = subrequestRecord(req, 'GET');
  const directory = parentOf(req.filename ?? '');
  const filename = path.startsWith('/') ? path : directory + path;
  if (isRecursionLimitExceeded(req)) {
    sub.status = 500;
    return sub;
  }
  const isBeside =
    directory !== '' && filename.startsWith(directory) && !filename.slice(directory.length).includes('/');
  if (isBeside) sub.finfo = statOf(filename);
  return lookUpFile(
    sub,
    filename,
    isBeside ? parentOf(req.uri) + filename.slice(directory.length) : filename,
  );
}

/**
 * What an entry of the request's own directory would be served as, a directory's as it is asked for: with its slash.
 *
 * @param keepsPathInfo the request's path information follows the entry's name in its URI
 * @source httpd server/request.c `ap_sub_req_lookup_dirent`
 */
export function subrequestEntry(req: RequestRecord, name: string, keepsPathInfo: boolean): RequestRecord {
  const sub = subrequestRecord(req, 'GET');
  if (isRecursionLimitExceeded(req)) {
    sub.status = 500;
    return sub;
  }
  const filename = parentOf(req.filename ?? '') + name;
  sub.finfo = statOf(filename);
  const slash = sub.finfo?.isDirectory() === true ? '/' : '';
  const { uri, pathInfo } = req;
  const directory = parentOf(pathInfo === '' ? uri : uri.slice(0, pathInfoStart(uri, pathInfo)));
  return lookUpFile(sub, filename + slash, directory + name + slash + (keepsPathInfo ? pathInfo : ''));
}

function lookUpFile(sub: RequestRecord, filename: string, uri: string): RequestRecord {
  sub.filename = filename;
  sub.uri = escapePath(uri);
  sub.parsedPath = sub.uri;
  return lookUp(sub);
}

/**
 * Takes over a look-up's result into the request that asked, in place: no `REDIRECT_*` variables, and the response
 * belongs to the request as before.
 *
 * @source httpd modules/http/http_request.c `ap_internal_fast_redirect`
 */
export function fastRedirect(req: RequestRecord, sub: RequestRecord): void {
  req.proxyReq = sub.proxyReq;
  req.uri = sub.uri;
  req.filename = sub.filename;
  req.pathInfo = sub.pathInfo;
  req.args = sub.args;
  req.finfo = sub.finfo;
  req.mayFollowLinks = sub.mayFollowLinks;
  req.handler = sub.handler;
  req.contentType = sub.contentType;
  req.contentEncoding = sub.contentEncoding;
  req.contentLanguages = sub.contentLanguages;
  req.usedPathInfo = sub.usedPathInfo;
  req.dirConfig = sub.dirConfig;
  overlayInto(req.notes, sub.notes);
  overlayInto(req.headersOut, sub.headersOut);
  overlayInto(req.errHeadersOut, sub.errHeadersOut);
  overlayInto(req.subprocessEnv, sub.subprocessEnv);
}

/** Puts `overlay`'s entries before the table's own. */
function overlayInto(table: Table, overlay: Table): void {
  table.assign(Table.overlay(overlay, table));
}
