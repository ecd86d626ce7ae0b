import type { RequestRecord } from '../pipeline/request.ts';
import { currentHttpDate } from '../pipeline/http-date.ts';
import {
  fieldFault,
  fieldLine,
  mergeErrorHeaders,
  setContentHeaders,
  type FieldFault,
  type ResponseDefaults,
} from '../pipeline/output.ts';
import { REASONS, statusLine } from '../pipeline/status.ts';
import type { Table } from '../pipeline/table.ts';
import type { FrontSettings } from './settings.ts';

/** What the connection knows that decides whether it outlives the response. */
export interface ConnectionState {
  readonly settings: FrontSettings;
  /** False when something forbids it, such as an unreadable body; bodies are then ended by closing. */
  readonly mayKeepAlive: boolean;
  /** The server stops: no connection is kept, bodies are framed as ever. */
  readonly isClosing: boolean;
  /** Responses that left the connection open before. */
  readonly keptAlive: number;
}

/** A composed head, and the framing that it promises. */
export interface ResponseHead {
  readonly text: string;
  readonly isKept: boolean;
  readonly isChunked: boolean;
  /** Body bytes that must follow; undefined: not said. */
  readonly contentLength: number | undefined;
  /** The response has a head only: HEAD, 204, 304. */
  readonly isBodyless: boolean;
}

/** Statuses after which the request's framing is not trusted. @source httpd `ap_status_drops_connection` */
const DROPPING: ReadonlySet<number> = new Set([400, 408, 411, 413, 414, 500, 503, 501]);

/**
 * The head of the response as it is sent, with `Date`, `Server` and the connection's own headers. `req.headersOut`
 * holds afterwards what was sent.
 *
 * @param isEmpty the response is known to have no body
 * @returns the log entry of the fault instead when a header can't be sent
 * @source httpd modules/http/http_filters.c `ap_http_header_filter`, http_protocol.c `ap_set_keepalive`
 */
export function composeHead(
  req: RequestRecord,
  isEmpty: boolean,
  state: ConnectionState,
  defaults: ResponseDefaults,
): ResponseHead | { readonly fault: FieldFault } {
  const { headersOut } = req;
  mergeErrorHeaders(req);
  const isBodyless = req.headerOnly || req.status === 204 || req.status === 304;
  let length = keepOneLength(headersOut);
  if (isEmpty && !isBodyless && length === undefined)
    headersOut.setLower('Content-Length', 'content-length', (length = '0'));
  if (req.headerOnly && length === '0') headersOut.unsetLower('content-length');
  headersOut.unsetLower('transfer-encoding');

  const isOld = isForcedToOldProtocol(req);
  const isFramed = isBodyless || length !== undefined;
  const { isKept, isChunked } = setConnectionHeaders(req, isFramed, isOld, state);
  setContentHeaders(req, defaults);
  const text = headText(req, isOld, defaults.serverVersion);
  if (typeof text !== 'string') return { fault: text };
  return {
    text: req.assbackwards ? '' : text,
    isKept,
    isChunked,
    contentLength: isBodyless || length === undefined ? undefined : Number(length),
    isBodyless,
  };
}

/** The length that is sent: a second one, or one that is none, would leave it to each reader where the response ends. */
function keepOneLength(headersOut: Table): string | undefined {
  const length = headersOut.getLower('content-length');
  if (length === undefined) return undefined;
  if (/^\d{1,15}$/.test(length)) {
    headersOut.setLower('Content-Length', 'content-length', length);
    return length;
  }
  headersOut.unsetLower('content-length');
  return undefined;
}

function setConnectionHeaders(
  req: RequestRecord,
  isFramed: boolean,
  isOld: boolean,
  state: ConnectionState,
): { isKept: boolean; isChunked: boolean } {
  const { headersOut, headersIn } = req;
  const { settings, keptAlive } = state;
  const most = settings.maxKeepAliveRequests;
  const wanted = headersIn.getLower('connection');
  const asksToClose = hasToken(wanted, 'close');
  const saysClose = hasToken(headersOut.getLower('connection'), 'close');
  const canChunk = protocolNumber(req) >= 1001;
  // The page of 416 comes after its connection was marked for closing: httpd ends it by closing then.
  const endsByClosing = (req.status === 416 && asksToClose) || followsDropping(req) || isOld;
  const isChunked = state.mayKeepAlive && !isFramed && canChunk && !endsByClosing;
  const asksToKeep = hasToken(wanted, 'keep-alive');
  const isKept =
    state.mayKeepAlive &&
    !state.isClosing &&
    (isFramed || canChunk) &&
    settings.keepAlive &&
    settings.keepAliveTimeoutMs > 0 &&
    (most === 0 || most > keptAlive) &&
    !DROPPING.has(req.status) &&
    !endsByClosing &&
    !saysClose &&
    !asksToClose &&
    (!req.subprocessEnv.hasLower('nokeepalive') || headersIn.hasLower('via')) &&
    (asksToKeep || canChunk);
  if (isKept && asksToKeep) {
    const seconds = Math.floor(settings.keepAliveTimeoutMs / 1000);
    const limits = most === 0 ? `timeout=${seconds}` : `timeout=${seconds}, max=${most - keptAlive}`;
    headersOut.setLower('Keep-Alive', 'keep-alive', limits);
    headersOut.mergeLower('Connection', 'connection', 'Keep-Alive');
  } else if (!isKept && !saysClose) headersOut.mergeLower('Connection', 'connection', 'close');
  if (isChunked) headersOut.addLower('Transfer-Encoding', 'transfer-encoding', 'chunked');
  return { isKept, isChunked };
}

/** Whether this answers an error that marked its connection for closing. @source httpd `ap_die_r` */
function followsDropping(req: RequestRecord): boolean {
  for (let record: RequestRecord | undefined = req; record; record = record.prev) {
    if (record.dropsConnection) return true;
  }
  return false;
}

function headText(req: RequestRecord, isOld: boolean, serverVersion: string): string | FieldFault {
  const { headersOut } = req;
  const isProxied = req.proxyReq !== 0;
  // The date is that of the request. @source httpd `basic_http_header`
  const date = (isProxied ? headersOut.getLower('date') : undefined) ?? currentHttpDate(req.requestTimeMs);
  const server = (isProxied ? headersOut.getLower('server') : undefined) ?? serverVersion;
  let text = `${isOld ? 'HTTP/1.0 ' : 'HTTP/1.1 '}${statusText(req)}\r\nDate: ${date}`;
  if (server !== '') text += `\r\nServer: ${server}`;
  for (let i = 0; i < headersOut.size; i++) {
    const name = headersOut.nameAt(i);
    const line = fieldLine(name, headersOut.valueAt(i));
    if (line === undefined) return fieldFault(name);
    const lower = headersOut.lowerNameAt(i);
    if (lower !== 'date' && (lower !== 'server' || server === '')) text += line;
  }
  return `${text}\r\n\r\n`;
}

/** The version that the client is taken to speak. @source httpd `basic_http_header_check` */
function protocolNumber({ protocolNumber: spoken, subprocessEnv }: RequestRecord): number {
  return subprocessEnv.hasLower('downgrade-1.0') ? 1000 : spoken;
}

function isForcedToOldProtocol(req: RequestRecord): boolean {
  return req.subprocessEnv.hasLower('force-response-1.0') && protocolNumber(req) === 1000;
}

/** A module's own status text when it starts with the status, else the standard one. */
function statusText(req: RequestRecord): string {
  const own = req.statusLine;
  if (own === undefined || !own.startsWith(String(req.status)) || CONTROL_BYTES.test(own))
    return statusLine(req.status);
  if (own.length > 3 && own[3] !== ' ') return statusLine(req.status);
  if (own.length === 3) return REASONS.has(req.status) ? statusLine(req.status) : `${own} `;
  return own;
}

const CONTROL_BYTES = /[\x00-\x1f\x7f]/;

/** Whether a comma-separated header value has the token, which must be lower case. */
function hasToken(value: string | undefined, token: string): boolean {
  if (value === undefined) return false;
  const lower = value.toLowerCase();
  if (lower === token) return true;
  if (!lower.includes(token)) return false;
  return lower.split(',').some((part) => part.trim() === token);
}
