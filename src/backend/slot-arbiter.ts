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
 * The slots of one backend. A slot is one connection, from the attempt to connect until it is closed.
 */
export interface SlotAccount {
  /** Takes a slot. When there is none, `slotMayBeFree` tells when to try again. @param max cap of this backend */
  tryTake(max: number): boolean;
  giveBack(): void;
  /** Connections of this process starve, and it has no idle one: asks the other processes to give one up. */
  callForIdle(): void;
  /** A pool that has given back all that it took uses it no more. */
  leave(holder: SlotHolder): void;
}

/** Counts connections to each backend for the whole gateway. */
export interface SlotArbiter {
  /** The account of a backend, which a pool joins. */
  join(key: string, holder: SlotHolder): SlotAccount;
}

/** The arbiter of a gateway of one process. */
export class LocalSlotArbiter implements SlotArbiter {
  readonly #accounts = new Map<string, LocalAccount>();

  join(key: string, holder: SlotHolder): SlotAccount {
    let account = this.#accounts.get(key);
    if (account === undefined) {
      account = new LocalAccount(() => this.#accounts.delete(key));
      this.#accounts.set(key, account);
    }
    account.holders.add(holder);
    return account;
  }
}

class LocalAccount implements SlotAccount {
  readonly holders = new Set<SlotHolder>();
  #taken = 0;
  readonly #drop: () => void;

  /** @param drop nobody uses it any more */
  constructor(drop: () => void) {
    this.#drop = drop;
  }

  tryTake(max: number): boolean {
    if (this.#taken >= max) return false;
    this.#taken += 1;
    return true;
  }

  giveBack(): void {
    this.#taken -= 1;
    for (const holder of this.holders) holder.slotMayBeFree();
  }

  callForIdle(): void {
    // One process: there is nobody else to ask.
  }

  leave(holder: SlotHolder): void {
    if (this.holders.delete(holder) && this.holders.size === 0) this.#drop();
  }
}
