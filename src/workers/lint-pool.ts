import { availableParallelism } from 'node:os';
import Tinypool from 'tinypool';
import type { RootReport } from '../lint/report.ts';
import type { LintTask } from '../lint/task.ts';

/** Lints roots in worker threads, as many at once as there are cores. Close it when done. */
export class LintPool {
  readonly #pool: Tinypool;

  constructor() {
    // From the sources a loader is needed, which node 20 does not start in threads.
    const isSource = import.meta.url.endsWith('.ts');
    this.#pool = new Tinypool({
      filename: new URL(isSource ? './lint-worker.ts' : './lint-worker.js', import.meta.url).href,
      name: 'lintRoot',
      minThreads: 0,
      maxThreads: Math.max(1, Math.min(availableParallelism(), 8)),
      ...(isSource ? { runtime: 'child_process', execArgv: ['--import', 'tsx'] } : {}),
    });
  }

  /** The reports in the order of the tasks. `onDone` is told each time one is there. */
  run(tasks: readonly LintTask[], onDone: () => void): Promise<RootReport[]> {
    return Promise.all(
      tasks.map(async (task) => {
        const report = (await this.#pool.run(task)) as RootReport;
        onDone();
        return report;
      }),
    );
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}
