import { pino } from 'pino';

/** How lines are gathered: 'long' for 20 ms, as a write costs as much as for a single line; 'turn' for a turn of the loop. */
export type Gathering = 'long' | 'turn';

const LONG_MS = 20;
/** As much is written at once without waiting. */
const GATHER_BYTES = 32 * 1024;
/** Lines that wait for a disk that does not take them; beyond, lines are counted and dropped. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

type Destination = ReturnType<typeof pino.destination>;

export interface LogTrouble {
  readonly name: string;
  /** `ENOSPC: no space left on device, write`. */
  readonly reason: string;
  /** Lines lost since the last report. */
  readonly lost: number;
}

/**
 * A log file that is open for appending. Writing never blocks and never throws: a full disk costs lines, which are
 * counted and reported, never requests.
 */
export class LogFile {
  readonly name: string;
  #destination: Destination;
  #pending = '';
  #isPassing = false;
  #timer: NodeJS.Timeout | undefined;
  #lost = 0;
  readonly #gathering: Gathering;
  readonly #onTrouble: (trouble: LogTrouble) => void;

  /**
   * @param fd opened for appending; this object closes it
   * @param onTrouble called for every failed write; the caller limits what it says
   */
  constructor(
    name: string,
    fd: number,
    onTrouble: (trouble: LogTrouble) => void,
    gathering: Gathering = 'long',
  ) {
    this.name = name;
    this.#onTrouble = onTrouble;
    this.#gathering = gathering;
    this.#destination = this.#open(fd);
  }

  /** @param line latin1, with its line end */
  write(line: string): void {
    this.#pending += line;
    if (this.#pending.length >= GATHER_BYTES) this.#pass();
    else if (this.#gathering === 'long') this.#timer ??= setTimeout(() => this.#pass(), LONG_MS).unref();
    else if (!this.#isPassing) {
      this.#isPassing = true;
      setImmediate(() => this.#pass());
    }
  }

  /** Goes on with another descriptor; what was written before still goes to the old one. */
  reopen(fd: number): void {
    this.#pass();
    this.#destination.end();
    this.#destination = this.#open(fd);
  }

  /** Resolves when all is written, or can't be. */
  async close(): Promise<void> {
    this.#pass();
    const destination = this.#destination;
    await new Promise<void>((resolve) => {
      destination.once('close', resolve);
      destination.once('error', () => resolve());
      destination.end();
    });
  }

  #pass(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isPassing = false;
    if (this.#pending === '') return;
    const bytes = Buffer.from(this.#pending, 'latin1');
    this.#pending = '';
    // pino's types know texts only; with `contentMode: 'buffer'` a Buffer is what is wanted.
    (this.#destination.write as unknown as (chunk: Buffer) => boolean).call(this.#destination, bytes);
  }

  #open(fd: number): Destination {
    const options = { dest: fd, sync: false, contentMode: 'buffer' as const, maxLength: MAX_WAITING_BYTES };
    const destination = pino.destination(options);
    // pino's own handler turns the stream off for good at the first EPIPE, and at exit retries a full disk for ever.
    destination.removeAllListeners('error');
    destination.flushSync = () => {};
    destination.on('drop', (chunk: unknown) => {
      this.#lost += Buffer.isBuffer(chunk) ? countLines(chunk) : 1;
    });
    destination.on('error', (error: Error) => {
      this.#onTrouble({ name: this.name, reason: error.message, lost: this.#lost });
      this.#lost = 0;
    });
    return destination;
  }
}

function countLines(chunk: Buffer): number {
  let lines = 0;
  for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
  return lines;
}
