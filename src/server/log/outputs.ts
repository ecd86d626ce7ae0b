import { closeSync, openSync } from 'node:fs';
import { pino } from 'pino';
import type { LogTarget, LogWriter } from '../../pipeline/log-writer.ts';
import { fsPath } from '../../source/fs-path.ts';
import { LogFile, type Gathering, type LogTrouble } from './log-file.ts';
import { PipedLog } from './piped-log.ts';

export type LogStyle = 'text' | 'json';

/** Something that takes lines: a file, a program, or the process that owns it. */
export interface LogOutput {
  readonly name: string;
  write(line: string): void;
  close(): Promise<void>;
}

/** How this process comes by a log: it opens it, or another process handed it over. */
export interface LogSource {
  /** A descriptor open for appending. Throws the system's error. */
  openFile(path: string): number;
  openPipe(command: string, viaShell: boolean, onTrouble: (trouble: LogTrouble) => void): LogOutput;
}

/** Opens logs itself. */
export const ownLogs: LogSource = {
  openFile: (path) => openSync(fsPath(path), 'a', 0o644),
  openPipe: (command, viaShell, onTrouble) => new PipedLog(command, viaShell, onTrouble),
};

/** Key by which two directives that name one target share it. */
export function targetKey(target: LogTarget): string {
  return target.kind === 'file' ? target.path : `${target.viaShell ? '|$' : '|'}${target.command}`;
}

const TROUBLE_EVERY_MS = 60_000;

/** All log outputs of a process, each target open once, whoever names it. */
export class LogOutputs {
  readonly #source: LogSource;
  readonly #report: (message: string) => void;
  readonly #outputs = new Map<string, LogOutput>();
  readonly #lastTrouble = new Map<string, number>();

  /** @param report says what went wrong with a log, at most once a minute for each */
  constructor(source: LogSource, report: (message: string) => void) {
    this.#source = source;
    this.#report = report;
  }

  /** The output of a target; the first to name it says how its lines are gathered. Throws the system's error when a file can't be opened. */
  open(target: LogTarget, gathering?: Gathering): LogOutput {
    const key = targetKey(target);
    const known = this.#outputs.get(key);
    if (known !== undefined) return known;
    const onTrouble = (trouble: LogTrouble): void => this.#sayTrouble(trouble);
    const output =
      target.kind === 'file'
        ? new LogFile(target.path, this.#source.openFile(target.path), onTrouble, gathering)
        : this.#source.openPipe(target.command, target.viaShell, onTrouble);
    this.#outputs.set(key, output);
    return output;
  }

  /** True when a target of that key is open. */
  has(key: string): boolean {
    return this.#outputs.has(key);
  }

  /** Opens every file by its name again, after a rotation. A file that can't be opened is written as before. */
  reopen(): void {
    for (const [path, output] of this.#outputs) {
      if (!(output instanceof LogFile)) continue;
      let fd: number;
      try {
        fd = this.#source.openFile(path);
      } catch (error) {
        this.#report(`could not reopen ${path}: ${(error as Error).message}`);
        continue;
      }
      output.reopen(fd);
    }
  }

  /** Closes all but these. */
  retain(keys: ReadonlySet<string>): void {
    for (const [key, output] of this.#outputs) {
      if (keys.has(key)) continue;
      this.#outputs.delete(key);
      void output.close();
    }
  }

  async close(): Promise<void> {
    const outputs = [...this.#outputs.values()];
    this.#outputs.clear();
    await Promise.all(outputs.map((output) => output.close()));
  }

  #sayTrouble({ name, reason, lost }: LogTrouble): void {
    const now = performance.now();
    if (now - (this.#lastTrouble.get(name) ?? -Infinity) < TROUBLE_EVERY_MS) return;
    this.#lastTrouble.set(name, now);
    this.#report(`error writing to ${name}: ${reason}${lost > 0 ? `; ${lost} lines lost` : ''}`);
  }
}

/** An access log as mod_log_config sees it. */
export function accessWriter(output: LogOutput, style: LogStyle): LogWriter {
  if (style === 'text') {
    return { style, write: (line) => output.write(line), writeRecord: () => {} };
  }
  const logger = pino(
    { base: null, timestamp: false, formatters: { level: () => ({ log: 'access' }) } },
    { write: (line: string) => output.write(toBytes(line)) },
  );
  return { style, write: () => {}, writeRecord: (record) => logger.info(record) };
}

/** Text as the latin1 string of its UTF-8 bytes, which is how lines travel to a log. */
export function toBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Opens and closes a file, to learn whether it can be written. Throws the system's error. */
export function tryOpen(path: string): void {
  closeSync(ownLogs.openFile(path));
}
