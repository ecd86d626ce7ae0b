import type { FrontHost } from '../http1/front.ts';
import type { FrontSettings } from '../http1/settings.ts';
import { coreDir, coreServer } from '../modules/core/access.ts';
import { frontSettings } from '../modules/front-settings.ts';
import type { Plan } from '../plan/plan.ts';
import type { VhostSet } from '../plan/vhost-index.ts';
import type { ConnectionInfo } from '../pipeline/exchange.ts';
import { processRequest, refuseRequest } from '../pipeline/process.ts';
import type { RequestRecord } from '../pipeline/request.ts';
import type { ServerRecord } from '../pipeline/server.ts';

/** The plan as the fronts see it. A reload puts another plan here; requests that run keep theirs. */
export class PlanHost implements FrontHost {
  serverVersion: string;
  #plan: Plan;
  /** Virtual hosts of the ports and addresses that connections came to. */
  #sets = new Map<number, Map<string, VhostSet>>();

  constructor(plan: Plan) {
    this.#plan = plan;
    this.serverVersion = plan.gateway.services.serverSoftware(plan.gateway.mainServer);
  }

  /** Requests from now on are served by this plan. */
  swap(plan: Plan): void {
    this.#plan = plan;
    this.#sets = new Map();
    this.serverVersion = plan.gateway.services.serverSoftware(plan.gateway.mainServer);
  }

  serverFor(connection: ConnectionInfo, path?: string): ServerRecord {
    const set = this.#setOf(connection);
    return path === undefined ? set.defaultServer : set.select(undefined, path);
  }

  serverForHost(connection: ConnectionInfo, hostname: string): ServerRecord | undefined {
    const set = this.#setOf(connection);
    const server = set.select(hostname);
    if (coreServer(server).strictHostCheck === true && !set.hasName(hostname)) return undefined;
    return server;
  }

  settings(server: ServerRecord): FrontSettings {
    return frontSettings(server);
  }

  defaultCharset(req: RequestRecord): string {
    return coreDir(req).addDefaultCharset ?? '';
  }

  onRequest(req: RequestRecord): void | Promise<void> {
    return processRequest(req);
  }

  onRefused(req: RequestRecord, status: number): void | Promise<void> {
    return refuseRequest(req, status);
  }

  #setOf({ localAddress, localPort }: ConnectionInfo): VhostSet {
    let byAddress = this.#sets.get(localPort);
    if (byAddress === undefined) this.#sets.set(localPort, (byAddress = new Map<string, VhostSet>()));
    let set = byAddress.get(localAddress);
    if (set === undefined)
      byAddress.set(localAddress, (set = this.#plan.vhosts.forAddress(localAddress, localPort)));
    return set;
  }
}
