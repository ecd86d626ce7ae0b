import type { BoundConfig } from '../bind/bound.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { coreServer } from '../modules/core/access.ts';
import { openAccessLogs } from '../modules/mod_log_config/index.ts';
import { makePlan, type Plan } from '../plan/plan.ts';
import { resolveNames } from '../plan/resolve-names.ts';
import type { LogTarget } from '../pipeline/log-writer.ts';
import type { HtaccessReader, LogLevel } from '../pipeline/server.ts';
import type { Span } from '../source/source.ts';
import { machineName } from './machine-name.ts';
import { errorLogTarget, PlanErrorLog } from './log/error-log.ts';
import { accessWriter, targetKey, type LogOutputs, type LogStyle } from './log/outputs.ts';
import type { ServerSettings } from './settings.ts';

/** A plan with the error log that it writes to, not yet connected to files. */
export interface BuiltPlan {
  readonly plan: Plan;
  readonly errorLog: PlanErrorLog;
}

/** Plans a bound configuration, after asking the resolver for its names. */
export async function buildPlan(
  bound: BoundConfig,
  readHtaccess: HtaccessReader,
  log: { readonly style: LogStyle; readonly startLevel: LogLevel },
): Promise<BuiltPlan> {
  const errorLog = new PlanErrorLog(log.style, log.startLevel);
  const names = await resolveNames(bound);
  const isNamed = bound.main.root.items.some(
    (item) => item.kind === 'row' && item.directive === 'ServerName',
  );
  const plan = makePlan(bound, {
    errorLog,
    readHtaccess,
    names,
    machineName: isNamed ? '' : await machineName(),
  });
  return { plan, errorLog };
}

/** True when the plan may not serve. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}

/** A log that a plan writes, and the line that names it. */
export interface PlacedTarget {
  readonly target: LogTarget;
  readonly span: Span | undefined;
  /** Which kind of log; they are told apart in messages. */
  readonly kind: 'error' | 'access';
}

/** Every log of a plan, once. */
export function logTargets(
  { plan }: BuiltPlan,
  standardErrorLog: string | undefined,
): readonly PlacedTarget[] {
  const found = new Map<string, PlacedTarget>();
  const { gateway } = plan;
  for (const server of new Set([gateway.mainServer, ...gateway.servers])) {
    const target = errorLogTarget(server, standardErrorLog);
    if (target !== undefined && !found.has(targetKey(target))) {
      const span = coreServer(server).errorLog?.span ?? server.span;
      found.set(targetKey(target), { target, span, kind: 'error' });
    }
  }
  openAccessLogs(gateway, (target, span) => {
    if (!found.has(targetKey(target))) found.set(targetKey(target), { target, span, kind: 'access' });
    return undefined;
  });
  return [...found.values()];
}

/** Connects a plan to its logs. Throws the system's error when a file can't be opened. */
export function connectLogs(
  { plan, errorLog }: BuiltPlan,
  outputs: LogOutputs,
  { logStyle: style, errorLog: standard }: Pick<ServerSettings, 'logStyle' | 'errorLog'>,
): void {
  // Who sees an answer go wrong looks into the error log at once.
  errorLog.connect(plan.gateway, standard, (target) => outputs.open(target, 'turn'));
  openAccessLogs(plan.gateway, (target) => accessWriter(outputs.open(target), style));
}
