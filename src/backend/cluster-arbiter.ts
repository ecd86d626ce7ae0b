import type { SlotArbiter, SlotHolder } from './slot-arbiter.ts';

/**
 * One cap for each backend over several serving processes. The primary keeps the ledger; a process asks it for slots
 * in small batches and keeps what it was given, so that steady traffic costs no message. When another process has to
 * wait, the primary recalls: spare slots go back at once, idle connections are closed for it, and else the next
 * connection that ends. The slots of a process that dies are free again when the primary calls `detach`.
 */
export type SlotMessage =
  | {
      readonly hgw: 'slots';
      readonly kind: 'want';
      readonly key: string;
      readonly max: number;
      readonly count: number;
    }
  | { readonly hgw: 'slots'; readonly kind: 'give'; readonly key: string; readonly count: number }
  | { readonly hgw: 'slots'; readonly kind: 'starving'; readonly key: string }
  | { readonly hgw: 'slots'; readonly kind: 'grant'; readonly key: string; readonly count: number }
  | { readonly hgw: 'slots'; readonly kind: 'recall'; readonly key: string }
  | { readonly hgw: 'slots'; readonly kind: 'giveIdle'; readonly key: string };

type Send = (message: SlotMessage) => void;

export function isSlotMessage(message: unknown): message is SlotMessage {
  return typeof message === 'object' && message !== null && 'hgw' in message && message.hgw === 'slots';
}

/** A process asks for so many at least: the next ones will be needed soon. */
const BATCH = 8;

interface Account {
  /** Given by the primary. */
  held: number;
  /** In use by connections. */
  used: number;
  /** Recalled, and not given back yet. */
  owed: number;
  isAsking: boolean;
  readonly holders: Set<SlotHolder>;
}

/** The arbiter of one serving process. */
export class ClusterSlotArbiter implements SlotArbiter {
  readonly #accounts = new Map<string, Account>();
  readonly #send: Send;

  /** @param send to the primary */
  constructor(send: Send) {
    this.#send = send;
  }

  register(key: string, holder: SlotHolder): void {
    this.#account(key).holders.add(holder);
  }

  unregister(key: string, holder: SlotHolder): void {
    const account = this.#account(key);
    account.holders.delete(holder);
    this.#dropIfUnused(key, account);
  }

  tryTake(key: string, max: number): boolean {
    const account = this.#account(key);
    if (account.used < account.held && account.used < max) {
      account.used += 1;
      return true;
    }
    if (!account.isAsking && account.held < max) {
      account.isAsking = true;
      let waiting = 0;
      for (const holder of account.holders) waiting += holder.waitingCount;
      this.#send({
        hgw: 'slots',
        kind: 'want',
        key,
        max,
        count: Math.min(Math.max(BATCH, waiting), max - account.held),
      });
    }
    return false;
  }

  giveBack(key: string): void {
    const account = this.#account(key);
    account.used -= 1;
    this.#payDebt(key, account);
    for (const holder of account.holders) holder.slotMayBeFree();
  }

  callForIdle(key: string): void {
    this.#send({ hgw: 'slots', kind: 'starving', key });
  }

  /** A message from the primary. */
  receive(message: SlotMessage): void {
    const account = this.#accounts.get(message.key);
    if (account === undefined) return;
    switch (message.kind) {
      case 'grant':
        account.isAsking = false;
        account.held += message.count;
        this.#dropIfUnused(message.key, account);
        for (const holder of account.holders) holder.slotMayBeFree();
        return;
      case 'recall':
        account.owed = Math.min(account.owed + 1, account.held);
        this.#payDebt(message.key, account);
        if (account.owed > 0) this.#giveUpIdle(account);
        return;
      case 'giveIdle':
        this.#giveUpIdle(account);
        return;
      case 'want':
      case 'give':
      case 'starving':
    }
  }

  #account(key: string): Account {
    const known = this.#accounts.get(key);
    if (known !== undefined) return known;
    const account: Account = { held: 0, used: 0, owed: 0, isAsking: false, holders: new Set() };
    this.#accounts.set(key, account);
    return account;
  }

  /** Without a pool nothing is kept: addresses may be made of request data. */
  #dropIfUnused(key: string, account: Account): void {
    if (account.holders.size > 0) return;
    this.#giveSpare(key, account, Infinity);
    if (account.held === 0 && !account.isAsking) this.#accounts.delete(key);
  }

  #giveUpIdle(account: Account): void {
    for (const holder of account.holders) if (holder.giveUpIdle(1) > 0) return;
  }

  #payDebt(key: string, account: Account): void {
    account.owed -= this.#giveSpare(key, account, account.owed);
  }

  #giveSpare(key: string, account: Account, most: number): number {
    const count = Math.min(most, account.held - account.used);
    if (count <= 0) return 0;
    account.held -= count;
    this.#send({ hgw: 'slots', kind: 'give', key, count });
    return count;
  }
}

interface LedgerPage {
  max: number;
  granted: number;
  readonly heldBy: Map<number, number>;
  /** Processes that wait, in order. */
  readonly waiting: { readonly process: number; readonly count: number }[];
}

/** The primary's side: who holds how many slots of which backend. */
export class SlotLedger {
  readonly #pages = new Map<string, LedgerPage>();
  readonly #processes = new Map<number, Send>();

  /** A serving process is there. @param send to that process */
  attach(process: number, send: Send): void {
    this.#processes.set(process, send);
  }

  /** A serving process is gone: its slots are free. */
  detach(process: number): void {
    this.#processes.delete(process);
    for (const [key, page] of this.#pages) {
      page.granted -= page.heldBy.get(process) ?? 0;
      page.heldBy.delete(process);
      const others = page.waiting.filter((want) => want.process !== process);
      page.waiting.splice(0, page.waiting.length, ...others);
      this.#grant(key, page);
      this.#dropIfUnused(key, page);
    }
  }

  /** A message from a serving process. */
  receive(process: number, message: SlotMessage): void {
    if (!this.#processes.has(process)) return;
    switch (message.kind) {
      case 'want': {
        const page = this.#page(message.key);
        page.max = message.max;
        page.waiting.push({ process, count: message.count });
        this.#grant(message.key, page);
        if (page.waiting.length > 0) this.#askOthers(message.key, page, process, 'recall');
        return;
      }
      case 'give': {
        const page = this.#page(message.key);
        const held = page.heldBy.get(process) ?? 0;
        const count = Math.min(message.count, held);
        page.heldBy.set(process, held - count);
        page.granted -= count;
        this.#grant(message.key, page);
        this.#dropIfUnused(message.key, page);
        return;
      }
      case 'starving':
        this.#askOthers(message.key, this.#pages.get(message.key), process, 'giveIdle');
        return;
      case 'grant':
      case 'recall':
      case 'giveIdle':
    }
  }

  /** Backends of which slots are granted or waited for. */
  get backendCount(): number {
    return this.#pages.size;
  }

  /** Slots granted for a backend at present. */
  granted(key: string): number {
    return this.#pages.get(key)?.granted ?? 0;
  }

  #page(key: string): LedgerPage {
    const known = this.#pages.get(key);
    if (known !== undefined) return known;
    const page: LedgerPage = { max: 0, granted: 0, heldBy: new Map(), waiting: [] };
    this.#pages.set(key, page);
    return page;
  }

  /** Serves the waiting in order; none gets more than half of what is free, so that the next need not recall. */
  #grant(key: string, page: LedgerPage): void {
    for (let want = page.waiting[0]; want !== undefined; want = page.waiting[0]) {
      const free = page.max - page.granted;
      if (free <= 0) return;
      page.waiting.shift();
      const count = Math.min(want.count, Math.max(1, free >> 1));
      page.granted += count;
      page.heldBy.set(want.process, (page.heldBy.get(want.process) ?? 0) + count);
      this.#processes.get(want.process)?.({ hgw: 'slots', kind: 'grant', key, count });
    }
  }

  #dropIfUnused(key: string, page: LedgerPage): void {
    if (page.granted === 0 && page.waiting.length === 0) this.#pages.delete(key);
  }

  #askOthers(key: string, page: LedgerPage | undefined, process: number, kind: 'recall' | 'giveIdle'): void {
    for (const [other, held] of page?.heldBy ?? []) {
      if (other !== process && held > 0) this.#processes.get(other)?.({ hgw: 'slots', kind, key });
    }
  }
}
