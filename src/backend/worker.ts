import type { Exchange, ExchangeListener } from '../fastcgi/exchange.ts';
import { backendAddress, type BackendAddress } from './address.ts';
import type { PoolCall, PoolTerms } from './pool-exchange.ts';
import type { PoolRegistry } from './pool-registry.ts';
import {
  DEFAULT_ADDRESS_TTL_MS,
  DEFAULT_IDLE_MS,
  DEFAULT_IO_BUFFER_BYTES,
  DEFAULT_MAX_CONNECTIONS,
  type WorkerSettings,
} from './worker-settings.ts';
import { isUsable, STATUS } from './worker-status.ts';

/** One request for a worker's application. */
export interface WorkerCall extends PoolCall {
  /** Inactivity limit where the worker has none of its own: ProxyTimeout, else Timeout. */
  readonly defaultTimeoutMs: number;
}

/**
 * A backend with its settings, status and counters. Members of a balancer and direct workers are the same thing; the
 * connections belong to the pool of the address, which several workers may share.
 */
export class Worker {
  readonly settings: WorkerSettings;
  readonly address: BackendAddress;
  /** Connections are kept and asked to be kept. */
  readonly keepsConnections: boolean;

  /** Bits of `STATUS`. */
  status: number;
  /** When the member went into error state, on the clock of its balancer; -Infinity: no time recorded. */
  errorTimeMs = -Infinity;
  /** Its retry time is over, and no request has shown yet that it works: it gets one request at a time. */
  isOnTrial = false;
  /** Failures since the last success. */
  retries = 0;
  /** These may be changed at run time by the balancer-manager. */
  lbfactor: number;
  lbset: number;
  route: string;
  redirect: string;

  elected = 0;
  /** Requests in flight. */
  busy = 0;
  /** Bytes sent to and received from the backend. */
  transferredBytes = 0;
  readBytes = 0;
  lbstatus = 0;

  readonly #pools: PoolRegistry;
  /** For the default time limit of the latest request; nearly always the same for all. */
  #terms: PoolTerms | undefined;
  #termsTimeoutMs = 0;

  constructor(
    settings: WorkerSettings,
    pools: PoolRegistry,
    options: { localAddress?: string; isMember?: boolean } = {},
  ) {
    this.settings = settings;
    this.#pools = pools;
    this.address = backendAddress(settings, options.localAddress);
    this.keepsConnections = settings.reuse === true;
    this.lbfactor = settings.lbfactor;
    this.lbset = settings.lbset;
    this.route = settings.route;
    this.redirect = settings.redirect;
    const ownFlags = options.isMember === true ? 0 : STATUS.ignoreErrors;
    this.status = settings.status | STATUS.initialised | ownFlags;
  }

  get isUsable(): boolean {
    return isUsable(this.status);
  }

  has(flag: number): boolean {
    return (this.status & flag) !== 0;
  }

  /** Runs one request on a connection of this worker's backend; waits for a slot when there is none. */
  run(call: WorkerCall, listener: ExchangeListener): Exchange {
    const { defaultTimeoutMs } = call;
    if (this.#terms === undefined || this.#termsTimeoutMs !== defaultTimeoutMs) {
      this.#terms = this.#makeTerms(defaultTimeoutMs);
      this.#termsTimeoutMs = defaultTimeoutMs;
    }
    return this.#pools.poolFor(this.address).run(call, this.#terms, listener);
  }

  #makeTerms(defaultTimeoutMs: number): PoolTerms {
    const { settings } = this;
    const timeoutMs = settings.timeoutMs ?? defaultTimeoutMs;
    return {
      keepConnection: this.keepsConnections,
      timeoutMs,
      ioBufferBytes:
        settings.ioBufferBytes === 0 ? DEFAULT_IO_BUFFER_BYTES : Math.min(settings.ioBufferBytes, 65535),
      connectTimeoutMs: settings.connectTimeoutMs ?? timeoutMs,
      acquireMs: settings.acquireMs ?? timeoutMs,
      maxConnections: settings.max === 0 ? DEFAULT_MAX_CONNECTIONS : settings.max,
      keptConnections: settings.smax ?? Infinity,
      idleMs: settings.ttlMs ?? DEFAULT_IDLE_MS,
      addressTtlMs: settings.addressTtlMs ?? DEFAULT_ADDRESS_TTL_MS,
      keepAlive: settings.keepAlive,
      worker: this,
    };
  }
}
