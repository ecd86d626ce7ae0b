import { randomBytes } from 'node:crypto';
import { allowsRange } from './conditional.ts';
import type { RequestRecord } from './request.ts';

/** How many ranges a response may have; each `undefined`: no limit, 0: none is served. */
export interface RangeLimits {
  readonly ranges: number | undefined;
  readonly overlaps: number | undefined;
  readonly reversals: number | undefined;
}

/** httpd's defaults of MaxRanges, MaxRangeOverlaps and MaxRangeReversals. */
export const DEFAULT_RANGE_LIMITS: RangeLimits = { ranges: 200, overlaps: 20, reversals: 20 };

/** Bytes `start` up to and including `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** What is sent instead of the whole: for several ranges, each is led in by its `lead`, and `tail` ends the body. */
export type RangePlan =
  | { readonly kind: 'whole' }
  | { readonly kind: 'unsatisfiable' }
  | {
      readonly kind: 'partial';
      readonly parts: readonly { readonly lead: string; readonly range: ByteRange }[];
      readonly tail: string;
      readonly contentLength: number;
    };

const WHOLE: RangePlan = { kind: 'whole' };
/** One for the life of the process, as httpd has it. */
const BOUNDARY = randomBytes(8).toString('hex');

/**
 * What the `Range` header makes of a complete 200 response of `length` bytes. For a partial response it also sets the
 * status 206, `Content-Length`, and `Content-Range` or the multipart content type; for an unsatisfiable one it drops the
 * headers that other errors keep.
 *
 * @param partType content type of each part of a multipart body; undefined: none
 * @source httpd modules/http/byterange_filter.c
 */
export function planByteRanges(
  req: RequestRecord,
  length: number,
  limits: RangeLimits,
  partType: string | undefined,
): RangePlan {
  if (req.assbackwards || req.status !== 200 || length === 0) return WHOLE;
  const header = req.headersIn.get('Range');
  if (header === undefined || header.slice(0, 6).toLowerCase() !== 'bytes=') return WHOLE;
  if (req.headersOut.has('Content-Range') || !allowsRange(req)) return WHOLE;

  const found = parseRanges(header.slice(6), length);
  if (found === undefined || exceeds(found, limits)) return WHOLE;
  if (found.ranges.length === 0) {
    // By now httpd has joined them with the headers of the answer that is given up.
    req.errHeadersOut.clear();
    return { kind: 'unsatisfiable' };
  }

  req.status = 206;
  const only = found.ranges[0]!;
  if (found.ranges.length === 1) {
    const contentLength = only.end - only.start + 1;
    req.headersOut.set('Content-Length', String(contentLength));
    req.headersOut.set('Content-Range', `bytes ${only.start}-${only.end}/${length}`);
    return { kind: 'partial', parts: [{ lead: '', range: only }], tail: '', contentLength };
  }
  req.contentType = `multipart/byteranges; boundary=${BOUNDARY}`;
  const typeLine = partType === undefined ? '' : `Content-type: ${partType}\r\n`;
  const tail = `\r\n--${BOUNDARY}--\r\n`;
  let contentLength = tail.length;
  const parts = found.ranges.map((range) => {
    const lead = `\r\n--${BOUNDARY}\r\n${typeLine}Content-range: bytes ${range.start}-${range.end}/${length}\r\n\r\n`;
    contentLength += lead.length + range.end - range.start + 1;
    return { lead, range };
  });
  req.headersOut.set('Content-Length', String(contentLength));
  return { kind: 'partial', parts, tail, contentLength };
}

interface FoundRanges {
  /** Empty: every range lies behind the end. */
  readonly ranges: readonly ByteRange[];
  readonly overlaps: number;
  readonly reversals: number;
}

function exceeds(found: FoundRanges, limits: RangeLimits): boolean {
  return (
    (limits.ranges !== undefined && found.ranges.length > limits.ranges) ||
    (limits.overlaps !== undefined && found.overlaps > limits.overlaps) ||
    (limits.reversals !== undefined && found.reversals > limits.reversals)
  );
}

/** The ranges in the client's order, neighbours merged where they touch; undefined: the header is to be ignored. */
function parseRanges(list: string, length: number): FoundRanges | undefined {
  const ranges: ByteRange[] = [];
  let overlaps = 0;
  let reversals = 0;
  let sum = 0;
  let isBehindEnd = false;
  let open: { start: number; end: number } | undefined;
  for (const spec of list.split(/,+/)) {
    if (spec === '') break;
    const range = parseSpec(spec, length);
    if (range === undefined) return undefined;
    if (range.start >= length) {
      isBehindEnd = true;
      continue;
    }
    if (open === undefined) {
      open = { ...range };
      continue;
    }
    if (range.start >= open.start && range.end <= open.end) continue;
    let isMerged = false;
    if (range.start < open.start && range.end >= open.start - 1) {
      open.start = range.start;
      reversals++;
      isMerged = true;
    }
    if (range.end >= open.end && range.start <= open.end + 1) {
      open.end = range.end;
      isMerged = true;
    }
    if (isMerged) {
      overlaps++;
      continue;
    }
    ranges.push(open);
    sum += open.end - open.start + 1;
    open = { ...range };
  }
  if (open) {
    ranges.push(open);
    sum += open.end - open.start + 1;
  } else if (!isBehindEnd) return undefined;
  return sum > length ? undefined : { ranges, overlaps, reversals };
}

/** One `5-9`, `5-` or `-5`, cut at the end of the content; undefined: malformed. */
function parseSpec(spec: string, length: number): ByteRange | undefined {
  const dash = spec.indexOf('-');
  if (dash < 0) return undefined;
  const first = spec.slice(0, dash);
  const last = spec.slice(dash + 1);
  if (first === '') {
    const suffix = offset(last);
    if (suffix === undefined || suffix < 1) return undefined;
    return { start: Math.max(0, length - suffix), end: length - 1 };
  }
  const start = offset(first);
  if (start === undefined) return undefined;
  if (last === '') return { start, end: length - 1 };
  const end = offset(last);
  if (end === undefined || start > end) return undefined;
  return { start, end: Math.min(end, length - 1) };
}

/** A decimal number; undefined when it is none or exceeds 2^53. */
function offset(text: string): number | undefined {
  if (!/^0*\d{1,18}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}
