import { escapeLogItem } from '../../pipeline/log-escape.ts';
import { knownRemoteHost } from '../../pipeline/remote-host.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import type { Table } from '../../pipeline/table.ts';
import { defaultPort, requestScheme } from '../../pipeline/url.ts';
import type { FormatPiece } from './format.ts';
import { commonLogTime, strftime } from './strftime.ts';

/** When a request was logged: one look at the clock for all items of a line. */
export interface LogMoment {
  /** Milliseconds of the wall clock, with a fraction. */
  readonly endMs: number;
}

export type ItemValue = (req: RequestRecord, moment: LogMoment) => string;

/** A line of a log: the original request and the last one of its internal redirects. */
export type LineWriter = (original: RequestRecord, final: RequestRecord, moment: LogMoment) => string;

/** What an item writes, escaped, with `-` for what is not there. @source httpd modules/loggers/mod_log_config.c */
export function itemValue(name: string, argument: string): ItemValue {
  switch (name) {
    case 'h':
      return argument === 'c'
        ? (req) => escapeLogItem(knownRemoteHost(req) || req.connection.remoteAddress)
        : (req) => escapeLogItem(knownRemoteHost(req) || req.clientAddress);
    case 'a':
      return argument === 'c' ? (req) => req.connection.remoteAddress : (req) => req.clientAddress;
    case 'A':
      return (req) => req.connection.localAddress;
    case 'l':
    case 'L':
    case 'S':
      return name === 'S' ? (req) => String(received(req).wireBytesIn + req.wireBytesOut) : () => '-';
    case 'u':
      return (req) => userName(req.user);
    case 't':
      return timeItem(argument);
    case 'f':
      return (req) => orDash(req.filename);
    case 'b':
      return (req) => (req.bytesSent === 0 ? '-' : String(req.bytesSent));
    case 'B':
      return (req) => String(req.bytesSent);
    case 'I':
      return (req) => String(received(req).wireBytesIn);
    case 'O':
      return (req) => String(req.wireBytesOut);
    case 'i':
      return tableItem((req) => req.headersIn, argument);
    case 'o':
      return responseHeader(argument);
    case 'n':
      return tableItem((req) => req.notes, argument);
    case 'e':
      return tableItem((req) => req.subprocessEnv, argument);
    case 'C':
      return (req) => orDash(cookie(req.headersIn, argument));
    case 'V':
      return (req) => escapeLogItem(req.server.gateway.services.serverName(req));
    case 'v':
      return (req) => escapeLogItem(req.server.hostname);
    case 'p':
      return portItem(argument);
    case 'P':
      return argument === 'hextid' ? () => process.pid.toString(16) : () => String(process.pid);
    case 'H':
      return (req) => escapeLogItem(req.protocol);
    case 'm':
      return (req) => orDash(req.method);
    case 'q':
      return (req) => (req.args === undefined ? '' : `?${escapeLogItem(req.args)}`);
    case 'X':
      return (req) => FATES[req.connectionFate];
    case 'k':
      // The response that is being logged counts already, if it left the connection open.
      return (req) => String(Math.max(0, req.connection.keptAlive - 1));
    case 'r':
      return (req) => (req.theRequest === '' ? '-' : escapeLogItem(req.theRequest));
    case 'D':
      return (req, moment) => String(elapsedMicros(req, moment));
    case 'T':
      return durationItem(argument);
    case 'U':
      return (req) => orDash(req.uri);
    case 's':
      return (req) => (req.status <= 0 ? '-' : String(req.status));
    case 'R':
      return (req) => orDash(req.handler);
    default:
      // Trailers are not kept; time to first byte is measured by nobody; a connection without TLS has nothing of mod_ssl.
      return () => '-';
  }
}

const FATES = { kept: '+', closed: '-', aborted: 'X' } as const;

function orDash(text: string | undefined): string {
  return text === undefined || text === '' ? '-' : escapeLogItem(text);
}

function userName(user: string | undefined): string {
  if (user === undefined) return '-';
  return user === '' ? '""' : escapeLogItem(user);
}

function tableItem(table: (req: RequestRecord) => Table, name: string): ItemValue {
  return (req) => {
    const value = table(req).get(name);
    return value === undefined ? '-' : escapeLogItem(value);
  };
}

function responseHeader(name: string): ItemValue {
  switch (name.toLowerCase()) {
    case 'content-type':
      return (req) => {
        const { headersOut, contentType, status } = req;
        const value = headersOut.get(name) ?? contentType;
        // A response without a body has no type; any other is written without its parameters.
        return status === 204 || status === 304 ? '-' : orDash(value?.replace(/[ ;].*$/s, ''));
      };
    case 'set-cookie':
      return ({ headersOut }) => orDash(headersOut.getAll(name).join(', '));
    default:
      return ({ headersOut, errHeadersOut }) => {
        const value = headersOut.get(name) ?? errHeadersOut.get(name);
        return value === undefined ? '-' : escapeLogItem(value);
      };
  }
}

/** The record that the front made: it counts the bytes of the request. */
function received(req: RequestRecord): RequestRecord {
  let first = req;
  while (first.prev !== undefined) first = first.prev;
  return first;
}

/** Value of a cookie of the old kind, by its exact name in any case. */
function cookie(headersIn: Table, name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const part of (headersIn.get('Cookie') ?? '').split(';')) {
    const equals = part.indexOf('=');
    if (equals >= 0 && part.slice(0, equals).trim().toLowerCase() === wanted)
      return part.slice(equals + 1).trim();
  }
  return undefined;
}

function portItem(argument: string): ItemValue {
  switch (argument) {
    case 'local':
      return (req) => String(req.connection.localPort);
    case 'remote':
      return (req) => String(req.clientPort);
    default:
      return (req) => String(req.server.port || defaultPort(requestScheme(req)));
  }
}

function elapsedMicros(req: RequestRecord, moment: LogMoment): number {
  return Math.max(0, Math.round((moment.endMs - req.requestTimeMs) * 1000));
}

function durationItem(unit: string): ItemValue {
  const divisor = unit === 'us' ? 1 : unit === 'ms' ? 1000 : 1_000_000;
  return (req, moment) => String(Math.floor(elapsedMicros(req, moment) / divisor));
}

function timeItem(format: string): ItemValue {
  const isEnd = format.startsWith('end:');
  const rest = format.replace(/^(?:begin|end):/, '');
  const pick = (req: RequestRecord, moment: LogMoment): number => (isEnd ? moment.endMs : req.requestTimeMs);
  const fraction = (ms: number): number => Math.round((ms - Math.floor(ms / 1000) * 1000) * 1000);
  switch (rest) {
    case '':
      return (req, moment) => clfTime(pick(req, moment));
    case 'sec':
      return (req, moment) => String(Math.floor(pick(req, moment) / 1000));
    case 'msec':
      return (req, moment) => String(Math.floor(pick(req, moment)));
    case 'usec':
      return (req, moment) => String(Math.round(pick(req, moment) * 1000));
    case 'msec_frac':
      return (req, moment) => String(Math.floor(fraction(pick(req, moment)) / 1000)).padStart(3, '0');
    case 'usec_frac':
      return (req, moment) => String(fraction(pick(req, moment))).padStart(6, '0');
    default:
      return (req, moment) => strftime(rest, new Date(pick(req, moment)));
  }
}

let clfSecond = -1;
let clfText = '';

/** Bracketed common-log time; the text of the last second is kept, as most lines share it. */
function clfTime(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== clfSecond) {
    clfSecond = second;
    clfText = `[${commonLogTime(new Date(second * 1000))}]`;
  }
  return clfText;
}

/** The function that writes a line of this format, line end included. */
export function compileFormat(pieces: readonly FormatPiece[]): LineWriter {
  const parts = pieces.map((piece) => {
    if (piece.kind === 'text') return piece.text;
    const { statuses, isExcept, wantsOriginal } = piece;
    const value = itemValue(piece.name, piece.argument);
    if (statuses.length === 0) return { wantsOriginal, value };
    const some: ItemValue = (req, moment) =>
      statuses.includes(req.status) === isExcept ? '-' : value(req, moment);
    return { wantsOriginal, value: some };
  });
  return (original, final, moment) => {
    let line = '';
    for (const part of parts) {
      if (typeof part === 'string') line += part;
      else line += part.value(part.wantsOriginal ? original : final, moment);
    }
    return `${line}\n`;
  };
}
