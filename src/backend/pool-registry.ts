import type { BackendAddress } from './address.ts';
import { Pool } from './pool.ts';
import { LocalSlotArbiter, type SlotArbiter } from './slot-arbiter.ts';

/** Patterns may make addresses of request data, so that pools without connections are not kept beyond this number. */
const MANY_POOLS = 1024;

/** The pools of this process, one for each backend address. They outlive plans: a reload keeps what stays. */
export class PoolRegistry {
  readonly #pools = new Map<string, Pool>();
  #arbiter: SlotArbiter = new LocalSlotArbiter();

  /** Who counts connections for the whole gateway; to be set before the first request. */
  useArbiter(arbiter: SlotArbiter): void {
    this.#arbiter = arbiter;
  }

  poolFor(address: BackendAddress): Pool {
    const known = this.#pools.get(address.key);
    if (known !== undefined) return known;
    if (this.#pools.size >= MANY_POOLS) this.#dropEmpty();
    const pool = new Pool(address, this.#arbiter);
    this.#pools.set(address.key, pool);
    return pool;
  }

  #dropEmpty(): void {
    for (const [key, pool] of this.#pools) {
      if (!pool.isEmpty) continue;
      pool.close();
      this.#pools.delete(key);
    }
  }

  /** Lets go of the pools that a new plan does not use: idle connections close, running requests finish. */
  retain(keys: ReadonlySet<string>): void {
    for (const [key, pool] of this.#pools) {
      if (keys.has(key)) continue;
      pool.close();
      this.#pools.delete(key);
    }
  }

  /** Fails what waits and closes every connection. */
  destroy(): void {
    for (const pool of this.#pools.values()) pool.destroy();
    this.#pools.clear();
  }

  get pools(): readonly Pool[] {
    return [...this.#pools.values()];
  }
}

/** The registry of a serving process. */
export const gatewayPools = new PoolRegistry();
