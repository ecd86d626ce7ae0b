import type { Span } from '../../source/source.ts';
import {
  balancerName,
  copyServerParameters,
  newWorkerDefinition,
  type BalancerDefinition,
  type ProxyServerConfig,
  type WorkerDefinition,
} from './config.ts';
import { parseBackendUrl } from './url.ts';

/** Longest `balancer://name`. */
const MAX_BALANCER_NAME = 95;
const MAX_SOCKET_PATH = 95;
const MAX_HOST = 255;
const MAX_SCHEME = 15;

/** httpd's reason to refuse a worker's URL. @source httpd `ap_proxy_define_worker_ex` */
export function workerUrlProblem(url: string, mayHaveGroups = false): string | undefined {
  const parsed = parseBackendUrl(url, mayHaveGroups);
  if (parsed === 'notAbsolute') return `URL must be absolute!: ${url}`;
  if (parsed === 'unparsable') return `Unable to parse URL: ${url}`;
  if (parsed.scheme.length > MAX_SCHEME) return `worker scheme (${parsed.scheme}) too long`;
  if (parsed.host.length > MAX_HOST) return `worker hostname (${parsed.host}) too long`;
  if (parsed.socketPath !== undefined && parsed.socketPath.length > MAX_SOCKET_PATH) {
    return `worker uds path (${parsed.socketPath}) too long`;
  }
  return undefined;
}

/** httpd's reason to refuse a balancer's URL. @source httpd `ap_proxy_define_balancer` */
export function balancerUrlProblem(url: string): string | undefined {
  const name = balancerName(url);
  if (name === undefined || name.length === 'balancer://'.length)
    return `Bad syntax for a balancer name (${url})`;
  if (name.length > MAX_BALANCER_NAME) return `balancer name (${name}) too long`;
  return undefined;
}

/** True for what mod_proxy takes for a balancer's URL. */
export function isBalancerUrl(url: string): boolean {
  return /^balancer:/i.test(url);
}

/** Adds a worker to a list; the URL was checked. */
export function defineWorker(
  server: ProxyServerConfig,
  into: WorkerDefinition[],
  url: string,
  options: { readonly isMatch: boolean; readonly copiesServerParameters: boolean; readonly span: Span },
): WorkerDefinition {
  const parsed = parseBackendUrl(url, options.isMatch);
  if (typeof parsed === 'string') throw new Error(`unchecked worker URL ${url}`);
  const definition = newWorkerDefinition(parsed, options.isMatch, options.span);
  if (options.copiesServerParameters) copyServerParameters(server, definition.parameters);
  into.push(definition);
  return definition;
}

/** Adds an empty balancer; the URL was checked. */
export function defineBalancer(server: ProxyServerConfig, url: string, span: Span): BalancerDefinition {
  const name = balancerName(url);
  if (name === undefined) throw new Error(`unchecked balancer URL ${url}`);
  const definition: BalancerDefinition = { name, parameters: {}, members: [], span, balancer: undefined };
  server.balancers.push(definition);
  return definition;
}
