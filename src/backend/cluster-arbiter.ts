import type { SlotAccount, SlotArbiter, SlotHolder } from './slot-arbiter.ts';

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

/** The arbiter of one serving process. */
export class ClusterSlotArbiter implements SlotArbiter {
  readonly #accounts = new Map<string, ClusterAccount>();
  readonly #send: Send;

  /** @param send to the primary */
  constructor(send: Send) {
    this.#send = send;
  }

  join(key: string, holder: SlotHolder): SlotAccount {
    let account = this.#accounts.get(key);
    if (account === undefined) {
      account = new ClusterAccount(key, this.#send, () => this.#accounts.delete(key));
      this.#accounts.set(key, account);
    }
    account.holders.add(holder);
    return account;
  }

  /** A message from the primary. */
  receive(message: SlotMessage): void {
    const account = this.#accounts.get(message.key);
    if (account === undefined) return;
    switch (message.kind) {
      case 'grant':
        account.granted(message.count);
        return;
      case 'recall':
        account.recalled();
        return;
      case 'giveIdle':
        account.giveUpIdle();
        return;
      case 'want':
      case 'give':
      case 'starving':
    }
  }
}

/** What one serving process has of the slots of one backend. */
class ClusterAccount implements SlotAccount {
  readonly holders = new Set<SlotHolder>();
  readonly #key: string;
  readonly #send: Send;
  readonly #drop: () => void;
  /** Given by the primary. */
  #held = 0;
  /** In use by connections. */
  #used = 0;
  /** Recalled, and not given back yet. */
  #owed = 0;
  #isAsking = false;

  /**
   * @param send to the primary
   * @param drop nobody uses it any more
   */
  constructor(key: string, send: Send, drop: () => void) {
    this.#key = key;
    this.#send = send;
    this.#drop = drop;
  }

  tryTake(max: number): boolean {
    if (this.#used < this.#held && this.#used < max) {
      this.#used += 1;
      return true;
    }
    if (!this.#isAsking && this.#held < max) this.#ask(max);
    return false;
  }

  #ask(max: number): void {
    this.#isAsking = true;
    let waiting = 0;
    for (const holder of this.holders) waiting += holder.waitingCount;
    const count = Math.min(Math.max(BATCH, waiting), max - this.#held);
    this.#send({ hgw: 'slots', kind: 'want', key: this.#key, max, count });
  }

  giveBack(): void {
    this.#used -= 1;
    this.#payDebt();
    for (const holder of this.holders) holder.slotMayBeFree();
  }

  callForIdle(): void {
    this.#send({ hgw: 'slots', kind: 'starving', key: this.#key });
  }

  leave(holder: SlotHolder): void {
    if (this.holders.delete(holder)) this.#dropIfUnused();
  }

  granted(count: number): void {
    this.#isAsking = false;
    this.#held += count;
    this.#dropIfUnused();
    for (const holder of this.holders) holder.slotMayBeFree();
  }

  recalled(): void {
    this.#owed = Math.min(this.#owed + 1, this.#held);
    this.#payDebt();
    if (this.#owed > 0) this.giveUpIdle();
  }

  giveUpIdle(): void {
    for (const holder of this.holders) if (holder.giveUpIdle(1) > 0) return;
  }

  /** Without a pool nothing is kept: addresses may be made of request data. */
  #dropIfUnused(): void {
    if (this.holders.size > 0) return;
    this.#giveSpare(Infinity);
    if (this.#held === 0 && !this.#isAsking) this.#drop();
  }

  #payDebt(): void {
    if (this.#owed > 0) this.#owed -= this.#giveSpare(this.#owed);
  }

  #giveSpare(most: number): number {
    const count = Math.min(most, this.#held - this.#used);
    if (count <= 0) return 0;
    this.#held -= count;
    this.#send({ hgw: 'slots', kind: 'give', key: this.#key, count });
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
