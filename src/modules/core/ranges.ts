import {
  DEFAULT_RANGE_LIMITS,
  planByteRanges,
  type RangeLimits,
  type RangePlan,
} from '../../pipeline/byte-range.ts';
import { responseContentType } from '../../pipeline/output.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { coreDir } from './access.ts';

/**
 * What the client's `Range` makes of a body of `size` bytes that is known as a whole, under the request's limits; sets
 * headers and status as `planByteRanges` does.
 */
export function planRanges(req: RequestRecord, size: number): RangePlan {
  if (!req.headersIn.has('Range')) return { kind: 'whole' };
  const config = coreDir(req);
  const limits: RangeLimits = {
    ranges: rangeLimit(config.maxRanges, DEFAULT_RANGE_LIMITS.ranges),
    overlaps: rangeLimit(config.maxRangeOverlaps, DEFAULT_RANGE_LIMITS.overlaps),
    reversals: rangeLimit(config.maxRangeReversals, DEFAULT_RANGE_LIMITS.reversals),
  };
  const partType = responseContentType(req, {
    serverVersion: '',
    defaultCharset: () => config.addDefaultCharset ?? '',
  });
  return planByteRanges(req, size, limits, partType);
}

/** What is sent of a text that is all there, by a plan for its length. */
export function plannedText(text: string, plan: Exclude<RangePlan, { kind: 'unsatisfiable' }>): string {
  if (plan.kind === 'whole') return text;
  const parts = plan.parts.map(({ lead, range }) => lead + text.slice(range.start, range.end + 1));
  return parts.join('') + plan.tail;
}

function rangeLimit(
  setting: number | 'unlimited' | 'none' | undefined,
  standard: number | undefined,
): number | undefined {
  switch (setting) {
    case undefined:
      return standard;
    case 'unlimited':
      return undefined;
    case 'none':
      return 0;
    default:
      return setting;
  }
}
