import type { ExprContext, ExprVariable } from '../expr/context.ts';
import { logRequest } from './log.ts';
import { knownRemoteHost } from './remote-host.ts';
import type { RequestRecord } from './request.ts';
import { subrequestFile, subrequestUri } from './subrequest.ts';
import { requestScheme } from './url.ts';

/** Names of users and groups are not looked up: httpd gives them for scripts only. */
const API_VERSION = '20120211';

/** The request as expressions see it. @source httpd server/util_expr_eval.c */
export function exprContext(req: RequestRecord): ExprContext {
  return new RequestExprContext(req);
}

class RequestExprContext implements ExprContext {
  readonly #req: RequestRecord;

  constructor(req: RequestRecord) {
    this.#req = req;
  }

  variable(name: ExprVariable): string {
    const req = this.#req;
    const { services } = req.server.gateway;
    switch (name) {
      case 'REQUEST_METHOD':
        return req.method;
      case 'REQUEST_SCHEME':
        return requestScheme(req);
      case 'REQUEST_URI':
      case 'DOCUMENT_URI':
        return req.uri;
      case 'QUERY_STRING':
        return req.args ?? '';
      case 'THE_REQUEST':
        return req.theRequest;
      case 'REQUEST_FILENAME':
      case 'SCRIPT_FILENAME':
        return req.filename ?? '';
      case 'PATH_INFO':
        return req.pathInfo;
      case 'REQUEST_STATUS':
        return String(req.status);
      case 'CONTENT_TYPE':
        return req.contentType ?? '';
      case 'HANDLER':
        return req.handler ?? '';
      case 'DOCUMENT_ROOT':
        return req.documentRoot ?? services.documentRoot(req.server);
      case 'CONTEXT_PREFIX':
        return req.contextPrefix ?? '';
      case 'CONTEXT_DOCUMENT_ROOT':
        return req.contextDocumentRoot ?? req.documentRoot ?? services.documentRoot(req.server);
      case 'REMOTE_ADDR':
        return req.clientAddress;
      case 'REMOTE_PORT':
        return String(req.clientPort);
      case 'REMOTE_HOST':
        return knownRemoteHost(req) || req.clientAddress;
      case 'REMOTE_USER':
        return req.user ?? '';
      case 'REMOTE_IDENT':
        return '';
      case 'AUTH_TYPE':
        return req.authType ?? '';
      case 'CONN_REMOTE_ADDR':
        return req.connection.remoteAddress;
      case 'SERVER_NAME':
        return services.serverName(req);
      case 'SERVER_PORT':
        return String(services.serverPort(req));
      case 'SERVER_ADMIN':
        return services.serverAdmin(req.server);
      case 'SERVER_PROTOCOL':
        return req.protocol;
      case 'SERVER_SOFTWARE':
        return services.serverSoftware(req.server);
      case 'API_VERSION':
        return API_VERSION;
      case 'HTTPS':
        return req.connection.isTls ? 'on' : 'off';
      case 'HTTP2':
        return req.protocol === 'HTTP/2.0' ? 'on' : 'off';
      case 'IPV6':
        return req.clientAddress.includes(':') ? 'on' : 'off';
      case 'IS_SUBREQ':
        return req.main ? 'true' : 'false';
      case 'REQUEST_LOG_ID':
      case 'CONN_LOG_ID':
        return '';
      case 'SCRIPT_USER':
        return req.finfo ? String(req.finfo.uid) : '';
      case 'SCRIPT_GROUP':
        return req.finfo ? String(req.finfo.gid) : '';
      case 'LAST_MODIFIED':
        return req.finfo ? localTimestamp(req.finfo.mtime) : '';
    }
  }

  requestHeader(name: string): string | undefined {
    const values = this.#req.headersIn.getAll(name);
    return values.length > 1 ? values.join(', ') : values[0];
  }

  responseHeader(name: string): string | undefined {
    return this.#req.headersOut.get(name) ?? this.#req.errHeadersOut.get(name);
  }

  requestEnv(name: string): string | undefined {
    return this.#req.subprocessEnv.get(name);
  }

  note(name: string): string | undefined {
    return this.#req.notes.get(name);
  }

  processEnv(name: string): string | undefined {
    return process.env[name];
  }

  addVary(name: string): void {
    const { headersOut } = this.#req;
    const vary = headersOut.get('Vary');
    if (vary === undefined) headersOut.set('Vary', name);
    else if (
      !vary
        .toLowerCase()
        .split(/\s*,\s*/)
        .includes(name.toLowerCase())
    )
      headersOut.set('Vary', `${vary}, ${name}`);
  }

  subrequestFile(path: string): boolean {
    if (!mayLookUp(this.#req)) return false;
    const sub = subrequestFile(this.#req, path);
    return sub.status === 200 && sub.finfo?.isFile() === true;
  }

  subrequestUri(uri: string): boolean {
    if (!mayLookUp(this.#req)) return false;
    return subrequestUri(this.#req, uri).status < 400;
  }
}

/** Look-ups by conditions that one request of a client may cause, with all that they cause in turn. */
const MOST_LOOKUPS = 200;
const LOOKUPS_NOTE = 'expression lookups';

/**
 * Whether a condition may look up one more URL or file. One that holds for its own look-up asks again at every level,
 * and several times; httpd multiplies them until it crashes.
 */
function mayLookUp(req: RequestRecord): boolean {
  let first = req;
  for (let outer = req.main ?? req.prev; outer; outer = outer.main ?? outer.prev) first = outer;
  const count = (first.moduleNote<number>(LOOKUPS_NOTE) ?? 0) + 1;
  first.setModuleNote(LOOKUPS_NOTE, count);
  if (count === MOST_LOOKUPS + 1) {
    const text = `conditions of ${first.uri} looked up more than ${MOST_LOOKUPS} URLs or files: -U and -F give false`;
    logRequest(first, 'error', 'core', '', text);
  }
  return count <= MOST_LOOKUPS;
}

function localTimestamp(time: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return (
    String(time.getFullYear()) +
    two(time.getMonth() + 1) +
    two(time.getDate()) +
    two(time.getHours()) +
    two(time.getMinutes()) +
    two(time.getSeconds())
  );
}
