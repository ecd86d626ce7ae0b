import { lookup } from 'node:dns';
import { isIP } from 'node:net';

import { nowMs } from './timers.ts';

type Answer = (error: Error | undefined, addresses: readonly string[]) => void;

/** The IP addresses of one host name, in the resolver's order, asked for at most once in a while. */
export class AddressBook {
  readonly #host: string;
  #addresses: readonly string[] = [];
  #resolvedMs = -Infinity;
  #waiting: Answer[] = [];

  constructor(host: string) {
    this.#host = host;
    if (isIP(host) !== 0) {
      this.#addresses = [host];
      this.#resolvedMs = Infinity;
    }
  }

  /** Calls back at once when the addresses are known and not older than `ttlMs`. */
  resolve(ttlMs: number, answer: Answer): void {
    if (nowMs() - this.#resolvedMs < ttlMs) {
      answer(undefined, this.#addresses);
      return;
    }
    this.#waiting.push(answer);
    if (this.#waiting.length > 1) return;
    lookup(this.#host, { all: true }, (error, found) => {
      const waiting = this.#waiting;
      this.#waiting = [];
      if (error === null) {
        this.#addresses = found.map((entry) => entry.address);
        this.#resolvedMs = nowMs();
      }
      for (const each of waiting) each(error ?? undefined, this.#addresses);
    });
  }
}
