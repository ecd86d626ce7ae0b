import { tryPattern } from '../pattern/redos.ts';
import type { PatternTrial } from '../pattern/redos.ts';

/** What the thread is asked. */
export interface PatternTrialTask {
  readonly source: string;
  readonly caseless: boolean;
}

/** Entry of the worker thread: tries one pattern. */
export function patternTrial(task: PatternTrialTask): PatternTrial {
  return tryPattern(task.source, task.caseless);
}
