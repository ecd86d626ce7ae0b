import { PHASES, PlannedHooks, type Hook, type HookOrder, type PhaseName } from '../pipeline/phases.ts';

const CLASSES: Readonly<Record<HookOrder, number>> = {
  reallyFirst: 0,
  first: 1,
  middle: 2,
  last: 3,
  reallyLast: 4,
};

interface Entry {
  readonly module: string;
  readonly hook: Hook;
  readonly place: number;
}

/**
 * The hooks of every phase in the order in which they run: by class, then module order, moved as little as
 * `before` and `after` ask.
 *
 * @param modules loaded modules in order
 * @throws when two hooks each ask to run before the other: a fault in our modules
 */
export function orderHooks(
  modules: readonly { readonly name: string; readonly hooks: readonly Hook[] }[],
): PlannedHooks {
  const phases = Object.keys(PHASES) as PhaseName[];
  const entries = modules.flatMap(({ name, hooks }, i) =>
    hooks.map((hook) => ({ module: name, hook, place: i })),
  );
  return new PlannedHooks(
    phases.flatMap((phase) =>
      sorted(
        entries.filter((entry) => entry.hook.phase === phase),
        phase,
      ),
    ),
  );
}

function sorted(entries: readonly Entry[], phase: PhaseName): Hook[] {
  const waiting = [...entries].sort(
    (a, b) => CLASSES[a.hook.order] - CLASSES[b.hook.order] || a.place - b.place,
  );
  const result: Hook[] = [];
  while (waiting.length > 0) {
    const next = waiting.findIndex((entry) =>
      waiting.every((other) => other === entry || !mustPrecede(other, entry)),
    );
    if (next < 0)
      throw new Error(
        `hooks of ${phase} wait for each other: ${waiting.map((entry) => entry.module).join(', ')}`,
      );
    result.push(waiting[next]!.hook);
    waiting.splice(next, 1);
  }
  return result;
}

function mustPrecede(first: Entry, second: Entry): boolean {
  return first.hook.before.includes(second.module) || second.hook.after.includes(first.module);
}
