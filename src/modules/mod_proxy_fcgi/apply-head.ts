import { meetsConditions } from '../../pipeline/conditional.ts';
import { formatHttpDate, parseHttpDate } from '../../pipeline/http-date.ts';
import { logRequest } from '../../pipeline/log.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { OK } from '../../pipeline/status.ts';
import { remembering } from '../../source/remembering.ts';
import type { HeadProblem, ScriptField } from './script-head.ts';

/** How the response goes on after its header block. */
export type AppliedHead =
  /** Status and headers are in the request record; the body follows. */
  | { readonly kind: 'respond' }
  /** As `respond`, without the script's body: 304 and 412 of a conditional request. */
  | { readonly kind: 'respondWithoutBody' }
  /** The answer is a page of ours, the script's headers are dropped. */
  | { readonly kind: 'refuse'; readonly status: 500 | 502 }
  /** httpd's answer to a malformed block: 500 with nothing in it. */
  | { readonly kind: 'malformed' };

const RESPOND: AppliedHead = { kind: 'respond' };

/** What the fields before a malformed line leave behind: only those that httpd sets at once. */
export function applyMalformedHead(req: RequestRecord, problem: HeadProblem): AppliedHead {
  const script = scriptName(req);
  switch (problem.kind) {
    case 'malformed':
      logRequest(
        req,
        'error',
        'proxy_fcgi',
        '',
        problem.message.startsWith('Bad header')
          ? `malformed header from script '${script}': ${problem.message}`
          : `${problem.message}: ${script}`,
      );
      logRequest(req, 'error', 'proxy_fcgi', 'AH01070', 'Error parsing script headers');
      for (const { field, value, hasControlByte } of problem.fields) {
        if (field.role === 'content-type' && !hasControlByte) req.contentType = contentType(value);
      }
      req.status = 500;
      return { kind: 'malformed' };
    case 'badName':
      logRequest(req, 'error', 'http', 'AH02429', `${problem.message}, aborting request`);
      return { kind: 'refuse', status: 500 };
    case 'badValue':
    case 'unsafe':
      logRequest(req, 'error', 'http', 'AH02430', `${problem.message}, aborting request`);
      return { kind: 'refuse', status: problem.kind === 'badValue' ? 500 : 502 };
  }
}

/**
 * Puts a script's header fields into the request record.
 *
 * @source httpd server/util_script.c `ap_scan_script_header_err_core_ex`
 */
export function applyHead(req: RequestRecord, fields: readonly ScriptField[]): AppliedHead {
  const named = connectionNames(fields);
  let status: number | undefined;
  let hasCookies = false;
  let hasOthers = false;
  for (const { field, value, hasControlByte } of fields) {
    if (hasControlByte && field.role !== 'status') {
      const message = `Response header '${field.name}' value contains invalid characters`;
      return applyMalformedHead(req, { kind: 'badValue', fields: [], message });
    }
    switch (field.role) {
      case 'content-type':
        req.contentType = contentType(value);
        break;
      case 'status':
        status = leadingInteger(value);
        if (status < 200 || status > 599) return refuseStatus(req, value);
        req.status = status;
        req.statusLine = /^[0-9]{3}( .|$)/.test(value) && !hasControlByte ? value : undefined;
        break;
      case 'content-length':
        if (req.subprocessEnv.hasLower('ap_trust_cgilike_cl'))
          req.headersOut.setLower(field.name, field.lower, value);
        break;
      case 'representation':
        req.headersOut.setLower(field.name, field.lower, value);
        break;
      case 'last-modified':
        setLastModified(req, value);
        break;
      case 'set-cookie':
        hasCookies = true;
        break;
      case 'other':
        hasOthers = true;
        break;
      case 'connection':
      case 'own':
        break;
    }
  }
  if (named?.has('close') === true) req.errHeadersOut.set('Connection', 'close');
  if (hasOthers) {
    for (const { field, value } of fields) {
      if (field.role === 'other' && named?.has(field.lower) !== true)
        req.errHeadersOut.mergeLower(field.name, field.lower, value);
    }
  }
  if (hasCookies) {
    for (const { field, value } of fields)
      if (field.role === 'set-cookie') req.errHeadersOut.addLower('Set-Cookie', 'set-cookie', value);
  }
  if (status !== undefined || (req.method !== 'GET' && req.method !== 'HEAD')) return RESPOND;
  const outcome = meetsConditions(req);
  if (outcome === OK) return RESPOND;
  req.status = outcome;
  return { kind: 'respondWithoutBody' };
}

/** Names that the script's own `Connection` declares to be about the connection. */
function connectionNames(fields: readonly ScriptField[]): ReadonlySet<string> | undefined {
  let names: Set<string> | undefined;
  for (const { field, value } of fields) {
    if (field.role !== 'connection') continue;
    names ??= new Set();
    for (const name of value.toLowerCase().split(',')) names.add(name.trim());
  }
  return names;
}

function refuseStatus(req: RequestRecord, value: string): AppliedHead {
  const shown = value.replace(/[^\x20-\x7e]/g, '?').slice(0, 30);
  logRequest(
    req,
    'error',
    'proxy_fcgi',
    '',
    `Invalid status line from script '${scriptName(req)}': ${shown}`,
  );
  return { kind: 'refuse', status: 502 };
}

function leadingInteger(value: string): number {
  const digits = /^[+-]?[0-9]{1,9}/.exec(value);
  return digits ? Number(digits[0]) : 0;
}

/** Type and subtype in lower case, parameters as they are; undefined: there is nothing. */
const contentType = remembering({ most: 500, longest: 200 }, (value): string | undefined => {
  const trimmed = value.trimEnd();
  if (trimmed === '') return undefined;
  const semicolon = trimmed.indexOf(';');
  return semicolon < 0
    ? trimmed.toLowerCase()
    : trimmed.slice(0, semicolon).toLowerCase() + trimmed.slice(semicolon);
});

/** A date in the future is taken for now; what is no date is dropped. */
function setLastModified(req: RequestRecord, value: string): void {
  const ms = parseHttpDate(value);
  if (ms === undefined) {
    logRequest(
      req,
      'info',
      'proxy_fcgi',
      'AH10247',
      `Ignored invalid header value: Last-Modified: '${value}'`,
    );
    return;
  }
  req.headersOut.set('Last-Modified', formatHttpDate(Math.min(ms, req.requestTimeMs)));
}

/** Last component of what the application was told to run. */
export function scriptName(req: RequestRecord): string {
  const filename = req.filename ?? '';
  return filename.slice(filename.lastIndexOf('/') + 1);
}
