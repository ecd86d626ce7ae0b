import { parseHttpDate } from './http-date.ts';
import { listsETagStrongly, listsETagWeakly } from './etag.ts';
import type { RequestRecord } from './request.ts';
import { OK, type HttpStatus } from './status.ts';

/** Under a minute old, a date can't prove that nothing changed since. */
const SETTLED_AFTER_SECONDS = 60;

/**
 * OK when the response may be sent as it is, 304 or 412 when the request's conditions say otherwise.
 * Compares with the `ETag` and `Last-Modified` of `headersOut`; without `Last-Modified`, with now.
 *
 * @source httpd modules/http/http_protocol.c `ap_meets_conditions`, RFC 9110 section 13
 */
export function meetsConditions(req: RequestRecord): HttpStatus | typeof OK {
  if (req.status < 200 || req.status > 299) return OK;
  const headers = req.headersIn;
  if (!headers.hasSuch(isCondition)) return OK;
  const isRead = req.method === 'GET' || req.method === 'HEAD';
  const etag = req.headersOut.get('ETag');

  const ifMatch = headers.get('If-Match');
  if (
    ifMatch !== undefined &&
    !ifMatch.startsWith('*') &&
    (etag === undefined || !listsETagStrongly(ifMatch, etag))
  ) {
    return 412;
  }
  const modified = modifiedSeconds(req);
  const asked = Math.floor(req.requestTimeMs / 1000);
  // A part of a response needs a strong proof, which a date gives only when it has settled.
  const isProof = asked >= modified + SETTLED_AFTER_SECONDS || !headers.has('Range');
  // False once a condition asks for the whole response: no other one can make it a 304 then.
  let notModified: boolean | undefined;

  const unmodifiedSince = headers.get('If-Unmodified-Since');
  if (unmodifiedSince !== undefined) {
    const since = seconds(unmodifiedSince);
    if (since !== undefined && modified > since && isProof) return 412;
    notModified = false;
  }
  const ifNoneMatch = headers.get('If-None-Match');
  if (ifNoneMatch !== undefined) {
    const matches =
      ifNoneMatch.startsWith('*') ||
      (etag !== undefined && listsTag(ifNoneMatch, etag, isRead && !headers.has('Range')));
    if (matches && !isRead) return 412;
    if (matches) notModified ??= true;
    else notModified = false;
  }
  const modifiedSince = headers.get('If-Modified-Since');
  if (modifiedSince !== undefined) {
    const since = seconds(modifiedSince);
    const isUnchanged = since !== undefined && since >= modified && since <= asked && isProof;
    if (!isUnchanged) notModified = false;
    else if (isRead) notModified ??= true;
  }
  if (headers.has('If-Range') && headers.has('Range')) notModified = false;
  return notModified === true ? 304 : OK;
}

/** `If-None-Match` and its kin: few requests have one, and few names begin with their letter. */
function isCondition(lowerName: string): boolean {
  return lowerName.charCodeAt(0) === 0x69 && lowerName.startsWith('if-');
}

/**
 * Whether `If-Range` allows a partial response; true without that header.
 *
 * @source httpd `ap_condition_if_range`
 */
export function allowsRange(req: RequestRecord): boolean {
  const ifRange = req.headersIn.get('If-Range');
  if (ifRange === undefined) return true;
  if (ifRange.startsWith('"')) return req.headersOut.get('ETag') === ifRange;
  const since = seconds(ifRange);
  const modified = modifiedSeconds(req);
  return since === modified && Math.floor(req.requestTimeMs / 1000) >= modified + SETTLED_AFTER_SECONDS;
}

function listsTag(list: string, etag: string, mayBeWeak: boolean): boolean {
  return mayBeWeak ? listsETagWeakly(list, etag) : listsETagStrongly(list, etag);
}

function modifiedSeconds(req: RequestRecord): number {
  return seconds(req.headersOut.get('Last-Modified')) ?? Math.floor(Date.now() / 1000);
}

function seconds(date: string | undefined): number | undefined {
  const ms = date === undefined ? undefined : parseHttpDate(date);
  return ms === undefined ? undefined : Math.floor(ms / 1000);
}
