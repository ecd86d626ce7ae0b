import type { FromWorker } from '../messages.ts';
import type { LogOutput, LogSource } from './outputs.ts';

/** Lines for another process's program are gathered this long. */
const GATHER_MS = 20;

/** Logs of a process that may not open them: files come as descriptors, programs run in the primary. */
export class ClusterLogs implements LogSource {
  readonly #files: ReadonlyMap<string, number>;
  readonly #say: (message: FromWorker) => void;

  constructor(files: readonly (readonly [path: string, fd: number])[], say: (message: FromWorker) => void) {
    this.#files = new Map(files);
    this.#say = say;
  }

  openFile(path: string): number {
    const fd = this.#files.get(path);
    if (fd === undefined) throw new Error(`no descriptor for the log ${path} was handed over`);
    return fd;
  }

  openPipe(command: string, viaShell: boolean): LogOutput {
    let lines = '';
    let timer: NodeJS.Timeout | undefined;
    const pass = (): void => {
      clearTimeout(timer);
      timer = undefined;
      if (lines !== '') this.#say({ kind: 'log', command, viaShell, lines });
      lines = '';
    };
    return {
      name: `|${command}`,
      write: (line) => {
        lines += line;
        timer ??= setTimeout(pass, GATHER_MS).unref();
      },
      close: async () => pass(),
    };
  }
}
