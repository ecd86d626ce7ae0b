import type { HookResult } from './status.ts';
import type { DirConfig } from './dir-config.ts';
import type { RequestRecord } from './request.ts';
import type { ServerRecord } from './server.ts';

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

/** Every phase, with the hooks that concern some requests of a plan. */
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
  readonly concerns: Concerns | undefined;
}

/**
 * Whether a hook has anything to do for requests under these configs, asked once for each config that requests come
 * under. Where it has not, it would leave the request as it is, and decline or (in a phase that runs all) agree.
 */
export type Concerns = (server: ServerRecord, dir: DirConfig) => boolean;

/** A module's entry into a phase. */
export function hook(
  phase: PhaseName,
  run: HookFunction,
  place: {
    order?: HookOrder;
    before?: readonly string[];
    after?: readonly string[];
    concerns?: Concerns;
  } = {},
): Hook {
  const { order = 'middle', before = [], after = [], concerns } = place;
  return { phase, run, order, before, after, concerns };
}

/** The hooks of a plan in the order in which they run, and what is left of them under the configs of a request. */
export class PlannedHooks {
  readonly #hooks: readonly Hook[];
  readonly #phases: ReadonlySet<PhaseName>;
  /** By the hooks that are left: few sets of them come up, however many configs there are. */
  readonly #selections = new Map<string, HooksByPhase>();

  /** @param hooks those of each phase in their order */
  constructor(hooks: readonly Hook[]) {
    this.#hooks = hooks;
    this.#phases = new Set(hooks.map(({ phase }) => phase));
  }

  /** Some request may have something to do in a phase. */
  has(phase: PhaseName): boolean {
    return this.#phases.has(phase);
  }

  /** The hooks that concern requests under these configs. */
  under(server: ServerRecord, dir: DirConfig): HooksByPhase {
    const left = this.#hooks.map(({ concerns }) => concerns === undefined || concerns(server, dir));
    const key = left.map(Number).join('');
    let selection = this.#selections.get(key);
    if (!selection) {
      selection = byPhase(this.#hooks.filter((_, i) => left[i]));
      this.#selections.set(key, selection);
    }
    return selection;
  }
}

function byPhase(hooks: readonly Hook[]): HooksByPhase {
  const phases = Object.entries(PHASES).map(([name, rule]): [string, PhaseHooks] => [
    name,
    { rule, run: hooks.filter(({ phase }) => phase === name).map(({ run }) => run) },
  ]);
  return Object.fromEntries(phases) as Record<PhaseName, PhaseHooks>;
}
