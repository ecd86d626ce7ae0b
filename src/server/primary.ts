import { fork, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { isSlotMessage, SlotLedger } from '../backend/cluster-arbiter.ts';
import type { LogTarget } from '../pipeline/log-writer.ts';
import type { ErrorLog } from '../pipeline/server.ts';
import { HeldSockets } from './held-sockets.ts';
import { ownLogs, targetKey, type LogOutputs } from './log/outputs.ts';
import { isMessage, type FromWorker, type ServingInput, type ToWorker } from './messages.ts';
import { SERVING_HEAP } from './serving-heap.ts';

/** A process that lived longer than this before it died was no failed start. */
const HEALTHY_MS = 5000;
const LAST_PAUSE_MS = 30_000;
/** First descriptor that a process inherits behind its standard ones and its channel: logs, then sockets. */
const FIRST_INHERITED_FD = 4;
/** A process that is silent for so long is stuck. */
const STALLED_MS = 10_000;
/** A process that did not get ready in this time won't. */
const READY_TIMEOUT_MS = 30_000;

/** One set of serving processes that run the same configuration. */
interface Generation {
  readonly input: ServingInput;
  readonly logs: readonly (readonly [path: string, fd: number])[];
  readonly workers: Set<ChildProcess>;
  isEnding: boolean;
}

export interface PrimaryOptions {
  readonly processes: number;
  /** File that a serving process starts from. */
  readonly workerPath: string;
  readonly errorLog: ErrorLog;
  /** Programs that read logs run here; the processes send their lines. */
  readonly outputs: LogOutputs;
}

/**
 * Runs the serving processes: starts them, replaces those that die, and swaps all of them for a new configuration
 * without closing a listening socket.
 */
export class Primary {
  readonly #options: PrimaryOptions;
  #current: Generation | undefined;
  readonly #old = new Set<Generation>();
  /** Who may have how many connections to each backend. */
  readonly #slots = new SlotLedger();
  readonly #sockets = new HeldSockets();
  #pauseMs = 0;
  #isStopping = false;
  #onEmpty: (() => void) | undefined;

  constructor(options: PrimaryOptions) {
    this.#options = options;
  }

  /**
   * Starts processes for a configuration, and lets those of the one before finish.
   *
   * @param files log files that the processes write
   * @param isGraceful false: the old processes end at once
   * @throws Error when an address could not be bound or a process could not start; what ran before goes on
   */
  async serve(input: ServingInput, files: readonly string[], isGraceful = true): Promise<void> {
    const { listen } = input.settings;
    await this.#sockets.open(listen);
    const logs = files.map((path) => [path, ownLogs.openFile(path)] as const);
    const next: Generation = { input, logs, workers: new Set(), isEnding: false };
    try {
      await Promise.all(Array.from({ length: this.#options.processes }, () => this.#start(next)));
    } catch (error) {
      this.#end(next, false);
      this.#sockets.retain(this.#current?.input.settings.listen ?? []);
      throw error;
    }
    const before = this.#current;
    this.#current = next;
    this.#sockets.retain(listen);
    if (before !== undefined) this.#end(before, isGraceful);
  }

  /** Ends every process; resolves when the last one is gone. */
  async stop(isGraceful: boolean): Promise<void> {
    this.#isStopping = true;
    this.#sockets.retain([]);
    if (this.#current !== undefined) this.#end(this.#current, isGraceful);
    for (const generation of this.#old) this.#end(generation, isGraceful);
    if (this.#old.size > 0) await new Promise<void>((resolve) => (this.#onEmpty = resolve));
  }

  /** Pids of the processes that accept connections. */
  get pids(): readonly number[] {
    return [...(this.#current?.workers ?? [])].flatMap((worker) => worker.pid ?? []);
  }

  #end(generation: Generation, isGraceful: boolean): void {
    if (this.#current === generation) this.#current = undefined;
    generation.isEnding = true;
    this.#old.add(generation);
    for (const worker of generation.workers) {
      if (isGraceful) send(worker, { kind: 'drain' });
      else worker.kill('SIGTERM');
    }
    this.#forgetIfEmpty(generation);
  }

  #forgetIfEmpty(generation: Generation): void {
    if (!generation.isEnding || generation.workers.size > 0) return;
    if (this.#old.delete(generation)) for (const [, fd] of generation.logs) closeSync(fd);
    if (this.#old.size === 0) this.#onEmpty?.();
  }

  /** Starts one process; resolves when it accepts connections. */
  #start(generation: Generation): Promise<void> {
    const { input, logs } = generation;
    const sockets = this.#sockets.descriptors(input.settings.listen);
    const inherited = [...logs, ...sockets];
    const worker = fork(this.#options.workerPath, [], {
      execArgv: [...process.execArgv, ...SERVING_HEAP],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc', ...inherited.map(([, fd]) => fd)],
    });
    const startedAt = performance.now();
    const pid = worker.pid ?? 0;
    generation.workers.add(worker);
    this.#slots.attach(pid, (message) => {
      if (worker.connected) worker.send(message, () => {});
    });
    const named = inherited.map(([name], index) => [name, FIRST_INHERITED_FD + index] as const);
    const serve: ToWorker = {
      kind: 'serve',
      input,
      logs: named.slice(0, logs.length),
      sockets: named.slice(logs.length),
    };
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => worker.kill('SIGKILL'), READY_TIMEOUT_MS);
      let isReady = false;
      let watch: NodeJS.Timeout | undefined;
      let reason = 'a serving process ended before it was ready';
      worker.on('message', (message: unknown) => {
        if (isSlotMessage(message)) this.#slots.receive(pid, message);
        if (!isMessage<FromWorker>(message)) return;
        if (message.kind === 'awake') send(worker, serve);
        else if (message.kind === 'alive') watch?.refresh();
        else if (message.kind === 'ready') {
          isReady = true;
          clearTimeout(late);
          watch = setTimeout(() => this.#endStalled(worker), STALLED_MS);
          resolve();
        } else if (message.kind === 'failed') reason = message.message;
        else if (message.kind === 'leaving') replace(`accepts no more, because ${message.reason}`);
        else if (message.kind === 'log') this.#relay(message);
      });
      let isReplaced = false;
      const replace = (what: string): void => {
        if (!isReplaced) this.#replace(generation, pid, performance.now() - startedAt, what);
        isReplaced = true;
      };
      const gone = (how: string): void => {
        if (!generation.workers.delete(worker)) return;
        clearTimeout(late);
        clearTimeout(watch);
        this.#slots.detach(pid);
        if (!isReady) reject(new Error(reason));
        else replace(`ended with ${how}`);
        this.#forgetIfEmpty(generation);
      };
      worker.on('error', (error) => {
        reason = error.message;
        // One that could not be started has no end to wait for.
        if (worker.pid === undefined) gone(reason);
      });
      worker.once('exit', (code, signal) => gone(signal ?? `status ${code}`));
    });
  }

  /** A process whose event loop stands still serves nobody, and cannot be asked to end. */
  #endStalled(worker: ChildProcess): void {
    this.#options.errorLog.log(
      'alert',
      'core',
      '',
      `serving process ${worker.pid} has been silent for too long; it is ended`,
      {},
    );
    worker.kill('SIGKILL');
  }

  #relay({ command, viaShell, lines }: Extract<FromWorker, { kind: 'log' }>): void {
    const target: LogTarget = { kind: 'pipe', command, viaShell };
    // Only programs that the configuration names run here: a process cannot ask for another.
    if (this.#options.outputs.has(targetKey(target))) this.#options.outputs.open(target).write(lines);
  }

  /** Starts another process in the place of one that died or leaves, at once at first, then with growing pauses. */
  #replace(generation: Generation, pid: number, livedMs: number, what: string): void {
    if (generation.isEnding || this.#isStopping) return;
    const { errorLog } = this.#options;
    errorLog.log('notice', 'core', 'AH00052', `serving process ${pid} ${what}; another is started`, {});
    if (livedMs >= HEALTHY_MS) this.#pauseMs = 0;
    const restart = (): void => {
      if (generation.isEnding || this.#isStopping) return;
      this.#start(generation).catch((error: unknown) => {
        errorLog.log(
          'alert',
          'core',
          '',
          `could not start a serving process: ${(error as Error).message}`,
          {},
        );
        this.#later(restart);
      });
    };
    if (this.#pauseMs === 0) restart();
    else setTimeout(restart, this.#pauseMs);
    this.#pauseMs = Math.min(Math.max(this.#pauseMs * 2, 1000), LAST_PAUSE_MS);
  }

  #later(restart: () => void): void {
    setTimeout(restart, Math.max(this.#pauseMs, 1000));
    this.#pauseMs = Math.min(Math.max(this.#pauseMs * 2, 1000), LAST_PAUSE_MS);
  }
}

function send(worker: ChildProcess, message: ToWorker): void {
  if (!worker.connected) return;
  // A process that ends while it is spoken to is dealt with where its end is seen.
  worker.send(message, () => {});
}
