import { isIP } from 'node:net';
import { Balancer } from '../../backend/balancer/balancer.ts';
import { BALANCER_DEFAULTS } from '../../backend/balancer/balancer-settings.ts';
import { gatewayPools } from '../../backend/pool-registry.ts';
import { Worker } from '../../backend/worker.ts';
import { WORKER_DEFAULTS } from '../../backend/worker-settings.ts';
import type { GatewayPlan } from '../../pipeline/server.ts';
import type { BalancerDefinition, ProxyServerConfig, WorkerDefinition } from './config.ts';
import { modProxy } from './index.ts';
import { defaultPort, parseNetLocation } from './url.ts';

/** Absolute path of a socket; relative ones are in DefaultRuntimeDir. */
export function socketPath(path: string, { runtimeDir }: GatewayPlan): string {
  return path.startsWith('/') ? path : `${runtimeDir}/${path}`;
}

/** The running worker of a definition; virtual hosts that share the definition share the worker. */
export function workerOf(
  definition: WorkerDefinition,
  server: ProxyServerConfig,
  gateway: GatewayPlan,
  isMember: boolean,
): Worker {
  if (definition.worker) return definition.worker;
  const { url, parameters } = definition;
  const settings = {
    ...parameters,
    name: url.name,
    scheme: url.scheme,
    host: url.host,
    port: url.port,
    socketPath: url.socketPath === undefined ? undefined : socketPath(url.socketPath, gateway),
  };
  definition.worker = new Worker(settings, gatewayPools, {
    ...(server.sourceAddress === undefined ? {} : { localAddress: server.sourceAddress }),
    isMember,
  });
  return definition.worker;
}

/** The running balancer of a definition. */
export function balancerOf(
  definition: BalancerDefinition,
  server: ProxyServerConfig,
  gateway: GatewayPlan,
): Balancer {
  definition.balancer ??= new Balancer(
    { ...BALANCER_DEFAULTS, ...definition.parameters, name: definition.name },
    definition.members.map((member) => workerOf(member, server, gateway, true)),
  );
  return definition.balancer;
}

/** Lets go of the idle connections to backends that a new plan does not know any more. */
export function retainPools(gateway: GatewayPlan): void {
  const keys = new Set<string>();
  for (const record of gateway.servers) {
    const server = modProxy.server(record) as ProxyServerConfig | undefined;
    if (!server) continue;
    for (const definition of server.workers)
      keys.add(workerOf(definition, server, gateway, false).address.key);
    for (const balancer of server.balancers) {
      for (const member of balancer.members) keys.add(workerOf(member, server, gateway, true).address.key);
    }
  }
  gatewayPools.retain(keys);
}

/** Workers for places that no line defines, by place. Patterns may put request data into a host: the number is bounded. */
const strays = new Map<string, Worker>();
const MAX_STRAYS = 256;

/**
 * A worker with default parameters for a request's own URL: httpd's default reverse worker.
 *
 * @param socket of a `unix:` handler, or undefined
 * @returns undefined when the URL has no usable place
 */
export function strayWorker(
  url: string,
  socket: string | undefined,
  server: ProxyServerConfig,
): Worker | undefined {
  const colon = url.indexOf(':');
  const scheme = url.slice(0, colon).toLowerCase();
  const place = parseNetLocation(url.slice(colon + 1));
  if (typeof place === 'string') return undefined;
  const port = place.port === 0 ? defaultPort(scheme) : place.port;
  return placedWorker({ scheme, host: place.host, port, socketPath: socket }, WORKER_DEFAULTS, server);
}

/** The worker of a definition, moved to the request's socket or host where it names none of its own. */
export function definedWorker(
  definition: WorkerDefinition,
  url: string,
  socket: string | undefined,
  server: ProxyServerConfig,
  gateway: GatewayPlan,
): Worker | undefined {
  const isMovable =
    definition.url.socketPath === undefined && (socket !== undefined || definition.url.hasGroupInAuthority);
  return isMovable
    ? relocatedWorker(definition, url, socket, server)
    : workerOf(definition, server, gateway, false);
}

/**
 * A worker with another's parameters at the place that the request names: its socket, or the host that the groups of a
 * ProxyPassMatch made up.
 */
function relocatedWorker(
  definition: WorkerDefinition,
  url: string,
  socket: string | undefined,
  server: ProxyServerConfig,
): Worker | undefined {
  const place = parseNetLocation(url.slice(url.indexOf(':') + 1));
  if (typeof place === 'string') return undefined;
  const { scheme, hasGroupInAuthority } = definition.url;
  if (hasGroupInAuthority) definition.parameters.reuse = false;
  const port = place.port === 0 ? defaultPort(scheme) : place.port;
  return placedWorker({ scheme, host: place.host, port, socketPath: socket }, definition.parameters, server);
}

interface Place {
  readonly scheme: string;
  readonly host: string;
  readonly port: number;
  readonly socketPath: string | undefined;
}

const parameterNumbers = new WeakMap<object, number>();
let parameterCount = 0;

function numberOf(parameters: object): number {
  const known = parameterNumbers.get(parameters);
  if (known !== undefined) return known;
  parameterCount += 1;
  parameterNumbers.set(parameters, parameterCount);
  return parameterCount;
}

function placedWorker(
  place: Place,
  parameters: WorkerDefinition['parameters'],
  server: ProxyServerConfig,
): Worker {
  const local = server.sourceAddress;
  const key = `${numberOf(parameters)} ${place.scheme} ${place.host} ${place.port} ${place.socketPath ?? ''} ${local ?? ''}`;
  const known = strays.get(key);
  if (known) return known;
  const host = isIP(place.host) === 6 ? `[${place.host}]` : place.host;
  const worker = new Worker(
    { ...parameters, ...place, name: `${place.scheme}://${host}:${place.port}` },
    gatewayPools,
    local === undefined ? {} : { localAddress: local },
  );
  if (strays.size >= MAX_STRAYS) strays.clear();
  strays.set(key, worker);
  return worker;
}
