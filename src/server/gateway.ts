import { HttpFront } from '../http1/front.ts';
import { retainPools } from '../modules/mod_proxy/workers.ts';
import { connectionInfo } from '../http1/connection-info.ts';
import { gatewayPools } from '../backend/pool-registry.ts';
import type { BuiltPlan } from './build-plan.ts';
import { connectLogs, logTargets } from './build-plan.ts';
import { PlanHost } from './front-host.ts';
import { Listeners } from './listeners.ts';
import { LogOutputs, targetKey, type LogSource } from './log/outputs.ts';
import { keepSocketsYoung } from './serving-heap.ts';
import type { ServerSettings } from './settings.ts';

/** Kept connections without a request get this long to send one, when a process ends gracefully. */
const IDLE_GRACE_MS = 5000;

/** A serving process: its open addresses, its clients and its logs, on the plan of the moment. */
export class Gateway {
  readonly outputs: LogOutputs;
  readonly #host: PlanHost;
  readonly #front: HttpFront;
  readonly #listeners: Listeners;
  #built: BuiltPlan;
  #settings: ServerSettings;

  /** Opens the logs. Throws the system's error when one can't be opened. */
  constructor(built: BuiltPlan, settings: ServerSettings, logs: LogSource) {
    keepSocketsYoung();
    this.#built = built;
    this.#settings = settings;
    this.outputs = new LogOutputs(logs, (message) => {
      this.#built.errorLog.log('error', 'log_config', 'AH00646', message, {});
    });
    connectLogs(built, this.outputs, settings);
    this.#host = new PlanHost(built.plan);
    this.#front = new HttpFront(this.#host);
    this.#listeners = new Listeners((socket, address) => {
      const info = connectionInfo(socket, false);
      this.#front.accept(
        socket,
        address.configPort === address.port ? info : { ...info, localPort: address.configPort },
      );
    });
  }

  /** The error log of the plan of the moment. */
  get errorLog(): BuiltPlan['errorLog'] {
    return this.#built.errorLog;
  }

  /** Connections open now. */
  get connectionCount(): number {
    return this.#front.size;
  }

  /**
   * Opens the addresses; a failure leaves none open.
   *
   * @param inherited descriptors of sockets that are bound already, by the keys of their addresses
   */
  async listen(inherited?: ReadonlyMap<string, number>): Promise<void> {
    await this.#listeners.open(this.#settings.listen, this.#settings.backlog, inherited);
  }

  /**
   * Goes on with another plan: logs are reopened by their names, new addresses opened, old ones closed. Requests that
   * run finish on the plan that they started with. When something fails, the old plan stays.
   *
   * @param isGraceful false: connections are dropped, as at a restart
   */
  async swap(built: BuiltPlan, settings: ServerSettings, isGraceful: boolean): Promise<void> {
    await this.#listeners.open(settings.listen, settings.backlog);
    try {
      connectLogs(built, this.outputs, settings);
    } catch (error) {
      this.#listeners.retain(this.#settings.listen);
      throw error;
    }
    this.#built = built;
    this.#settings = settings;
    this.#host.swap(built.plan);
    retainPools(built.plan.gateway);
    this.#listeners.retain(settings.listen);
    this.outputs.retain(new Set(logTargets(built, settings.errorLog).map(({ target }) => targetKey(target))));
    this.outputs.reopen();
    if (!isGraceful) this.#front.drop();
  }

  /**
   * Accepts nothing more and lets requests finish; resolves when the last connection is gone, or after the limit. A
   * client that kept its connection may be sending its next request right now: it gets an answer, and then the end.
   */
  async drain(limitMs: number): Promise<void> {
    this.#listeners.close();
    this.#front.retire();
    const now = performance.now();
    const deadline = limitMs > 0 ? now + limitMs : Infinity;
    const idleDeadline = Math.min(deadline, now + IDLE_GRACE_MS);
    let hasClosedIdle = false;
    while (this.#front.size > 0 && performance.now() < deadline) {
      if (!hasClosedIdle && performance.now() >= idleDeadline) {
        hasClosedIdle = true;
        this.#front.close();
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await this.stop();
  }

  /** Lets go of memory: of the clients that have not asked for anything yet. */
  shed(): void {
    this.#front.shed();
  }

  /** Drops everything and writes the logs out. */
  async stop(): Promise<void> {
    this.#listeners.close();
    this.#front.destroy();
    gatewayPools.destroy();
    await this.outputs.close();
  }
}
