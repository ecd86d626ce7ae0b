import type { HookResult } from './status.ts';
import type { RequestRecord } from './request.ts';

/**
 * The phases of a request under httpd's names, and how each ends: `first` stops at the first hook that does not
 * decline, `all` runs every hook until one fails.
 *
 * @source httpd server/request.c `ap_process_request_internal`, include/http_request.h
 */
export const PHASES = {
  postReadRequest: 'all',
  preTranslateName: 'first',
  translateName: 'first',
  mapToStorage: 'first',
  headerParser: 'all',
  accessChecker: 'all',
  accessCheckerEx: 'first',
  checkUserId: 'first',
  authChecker: 'first',
  typeChecker: 'first',
  fixups: 'all',
  insertFilter: 'all',
  handler: 'first',
  logTransaction: 'all',
} as const satisfies Record<string, 'first' | 'all'>;

export type PhaseName = keyof typeof PHASES;

/** A hook of one phase. Only handlers, and hooks that must ask the network, answer with a promise. */
export type HookFunction = (req: RequestRecord) => HookResult | Promise<HookResult>;

/** The hooks of one phase in their order, with the rule by which they end. */
export interface PhaseHooks {
  readonly rule: 'first' | 'all';
  readonly run: readonly HookFunction[];
}

/** Every phase of a plan. */
export type HooksByPhase = Readonly<Record<PhaseName, PhaseHooks>>;

/** Where a hook stands among those of its phase: class first, then `before`/`after`, then module order. */
export type HookOrder = 'reallyFirst' | 'first' | 'middle' | 'last' | 'reallyLast';

export interface Hook {
  readonly phase: PhaseName;
  readonly run: HookFunction;
  readonly order: HookOrder;
  /** Modules (`mod_alias`) whose hooks of this phase must run after, or before, this one. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** A module's entry into a phase. */
export function hook(
  phase: PhaseName,
  run: HookFunction,
  place: { order?: HookOrder; before?: readonly string[]; after?: readonly string[] } = {},
): Hook {
  return { phase, run, order: place.order ?? 'middle', before: place.before ?? [], after: place.after ?? [] };
}
