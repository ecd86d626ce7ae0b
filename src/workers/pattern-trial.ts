import Tinypool from 'tinypool';
import type { PatternTrial } from '../pattern/redos.ts';
import type { PatternTrialTask } from './pattern-trial-worker.ts';

/** A trial that takes longer has shown enough. */
const TRIAL_TIMEOUT_MS = 5_000;

/** Tries patterns in a worker thread, so that the loop that asks goes on. Close it when done. */
export class PatternTrials {
  readonly #pool: Tinypool;
  readonly #timeoutMs: number;

  /** @param timeoutMs how long one trial may take */
  constructor(timeoutMs = TRIAL_TIMEOUT_MS) {
    this.#timeoutMs = timeoutMs;
    // From the sources a loader is needed, which node 20 does not start in threads.
    const isSource = import.meta.url.endsWith('.ts');
    this.#pool = new Tinypool({
      filename: new URL(isSource ? './pattern-trial-worker.ts' : './pattern-trial-worker.js', import.meta.url)
        .href,
      name: 'patternTrial',
      minThreads: 0,
      maxThreads: 1,
      ...(isSource ? { runtime: 'child_process', execArgv: ['--import', 'tsx'] } : {}),
    });
  }

  /** The verdict on one pattern; `dangerous` when the trial itself did not end in time. */
  async run(task: PatternTrialTask): Promise<PatternTrial> {
    const signal = AbortSignal.timeout(this.#timeoutMs);
    try {
      return (await this.#pool.run(task, { signal })) as PatternTrial;
    } catch (error) {
      if (signal.aborted) return { verdict: 'dangerous' };
      throw error;
    }
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}
