/** A pool, as the arbiter sees it. */
export interface SlotHolder {
  /** Requests that wait for a slot. */
  readonly waitingCount: number;
  /** A slot may be free now: worth another `tryTake`. */
  slotMayBeFree(): void;
  /** Someone else waits: gives up idle connections. @returns how many there were, at most `count` */
  giveUpIdle(count: number): number;
}

/**
 * Counts connections to each backend for the whole gateway. A slot is one connection, from the attempt to connect
 * until it is closed.
 */
export interface SlotArbiter {
  register(key: string, holder: SlotHolder): void;
  unregister(key: string, holder: SlotHolder): void;
  /** Takes a slot. When there is none, `slotMayBeFree` tells when to try again. @param max cap of this backend */
  tryTake(key: string, max: number): boolean;
  giveBack(key: string): void;
  /** Connections of this process starve, and it has no idle one: asks the other processes to give one up. */
  callForIdle(key: string): void;
}

/** The arbiter of a gateway of one process. */
export class LocalSlotArbiter implements SlotArbiter {
  readonly #taken = new Map<string, number>();
  readonly #holders = new Map<string, Set<SlotHolder>>();

  register(key: string, holder: SlotHolder): void {
    const holders = this.#holders.get(key);
    if (holders === undefined) this.#holders.set(key, new Set([holder]));
    else holders.add(holder);
  }

  unregister(key: string, holder: SlotHolder): void {
    const holders = this.#holders.get(key);
    holders?.delete(holder);
    if (holders?.size === 0) this.#holders.delete(key);
  }

  tryTake(key: string, max: number): boolean {
    const taken = this.#taken.get(key) ?? 0;
    if (taken >= max) return false;
    this.#taken.set(key, taken + 1);
    return true;
  }

  giveBack(key: string): void {
    const left = (this.#taken.get(key) ?? 1) - 1;
    if (left > 0) this.#taken.set(key, left);
    else this.#taken.delete(key);
    for (const holder of this.#holders.get(key) ?? []) holder.slotMayBeFree();
  }

  callForIdle(): void {
    // One process: there is nobody else to ask.
  }
}
