import { spawn, type ChildProcess } from 'node:child_process';
import type { LogTrouble } from './log-file.ts';

/** Bytes that wait for a program that reads slowly or is being restarted; beyond, lines are dropped. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
const FIRST_RESTART_MS = 1000;
const LAST_RESTART_MS = 30_000;

/** Words of a command line: separated by blanks, quoted with `"` or `'`, a backslash takes the next character as it is. */
export function splitCommand(command: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < command.length; at++) {
    const char = command[at]!;
    if (char === '\\' && at + 1 < command.length) word = (word ?? '') + command[++at]!;
    else if (quote !== '') {
      if (char === quote) quote = '';
      else word = (word ?? '') + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (char === ' ' || char === '\t') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** A program that reads log lines; started again, with growing pauses, when it ends. */
export class PipedLog {
  readonly name: string;
  readonly #words: readonly string[];
  readonly #onTrouble: (trouble: LogTrouble) => void;
  #child: ChildProcess | undefined;
  #startedAt = 0;
  #pauseMs = FIRST_RESTART_MS;
  #timer: NodeJS.Timeout | undefined;
  #held = '';
  #lost = 0;
  #isClosed = false;

  constructor(command: string, viaShell: boolean, onTrouble: (trouble: LogTrouble) => void) {
    this.name = `|${command}`;
    this.#words = viaShell ? ['/bin/sh', '-c', command] : splitCommand(command);
    this.#onTrouble = onTrouble;
    this.#start();
  }

  /** @param line latin1, with its line end */
  write(line: string): void {
    const stdin = this.#child?.stdin;
    if (!stdin || stdin.destroyed) {
      if (this.#held.length + line.length <= MAX_WAITING_BYTES) this.#held += line;
      else this.#lost++;
    } else if (stdin.writableLength + line.length <= MAX_WAITING_BYTES) stdin.write(line, 'latin1');
    else this.#lost++;
  }

  /** The program is told by the end of its input; it finishes what it has. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (!child?.stdin || child.exitCode !== null) return;
    await new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.stdin!.end();
      setTimeout(resolve, 2000).unref();
    });
  }

  #start(): void {
    const [program = '', ...args] = this.#words;
    this.#startedAt = performance.now();
    const child = spawn(program, args, { stdio: ['pipe', 'inherit', 'inherit'] });
    this.#child = child;
    // Writing to a program that has gone fails here; its end is what counts.
    child.stdin.on('error', () => {});
    child.once('error', (error) => this.#restart(error.message));
    child.once('exit', (code, signal) => this.#restart(`ended with ${signal ?? `status ${code}`}`));
    // The shutdown of the gateway is not held up by a logger.
    child.unref();
    if (this.#held !== '') child.stdin.write(this.#held, 'latin1');
    this.#held = '';
  }

  #restart(reason: string): void {
    if (this.#isClosed || this.#timer !== undefined) return;
    this.#child = undefined;
    this.#onTrouble({ name: this.name, reason, lost: this.#lost });
    this.#lost = 0;
    if (performance.now() - this.#startedAt > LAST_RESTART_MS) this.#pauseMs = FIRST_RESTART_MS;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#start();
    }, this.#pauseMs).unref();
    this.#pauseMs = Math.min(this.#pauseMs * 2, LAST_RESTART_MS);
  }
}
