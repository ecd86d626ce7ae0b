import type { Balancer } from '../../backend/balancer/balancer.ts';
import type { Worker } from '../../backend/worker.ts';
import { WORKER_DEFAULTS } from '../../backend/worker-settings.ts';
import type { PcrePattern } from '../../pattern/pcre.ts';
import type { Span } from '../../source/source.ts';
import type { BalancerParameters } from './balancer-parameters.ts';
import type { BackendUrl } from './url.ts';
import type { WorkerParameters } from './worker-parameters.ts';

/** A backend of the configuration. Virtual hosts that inherit it share the object, and so its connections. */
export interface WorkerDefinition {
  readonly url: BackendUrl;
  /** Defined by ProxyPassMatch: `$n` in the name stands for any text. */
  readonly isMatch: boolean;
  /** For those: what stands between the groups. */
  readonly literals: readonly string[];
  /** May still be changed by ProxySet. */
  readonly parameters: WorkerParameters;
  readonly span: Span;
  /** Made when the plan is complete. */
  worker: Worker | undefined;
}

/** A balancer of the configuration. */
export interface BalancerDefinition {
  /** `balancer://name`, lower case, without a path. */
  readonly name: string;
  readonly parameters: BalancerParameters;
  readonly members: WorkerDefinition[];
  readonly span: Span;
  /** Made when the plan is complete. */
  balancer: Balancer | undefined;
}

/** One ProxyPass or ProxyPassMatch. */
export interface PassRule {
  /** Path prefix, or the pattern's text. */
  readonly fake: string;
  /** URL without `unix:…|`, or `!`. */
  readonly real: string;
  readonly pattern: PcrePattern | undefined;
  readonly nocanon: boolean;
  readonly noquery: boolean;
  readonly interpolate: boolean;
  readonly mapping: 'decoded' | 'encoded' | 'servlet';
  readonly span: Span;
}

/** Workers and balancers by which requests are matched: one virtual host's view. */
export interface ProxyServerConfig {
  rules: PassRule[];
  /** One of the rules has `mapping=`. */
  hasEncodedRules: boolean;
  workers: WorkerDefinition[];
  balancers: BalancerDefinition[];
  /** ProxyTimeout. */
  timeoutMs?: number;
  ioBufferBytes?: number;
  receiveBufferBytes?: number;
  maxForwards?: number;
  balancerInherit?: boolean;
  passInherit?: boolean;
  /** ProxyDomain, with its leading dot. */
  domain?: string;
  /** ProxyBlock words, lower case; `*` blocks all. */
  blocked: string[];
  sourceAddress?: string;
}

export function createProxyServerConfig(): ProxyServerConfig {
  return { rules: [], hasEncodedRules: false, workers: [], balancers: [], blocked: [] };
}

/** The main server's rules, workers and balancers come first. @source httpd mod_proxy.c `merge_proxy_config` */
export function mergeProxyServerConfig(base: ProxyServerConfig, add: ProxyServerConfig): ProxyServerConfig {
  const merged: ProxyServerConfig = { ...base, ...add };
  merged.rules = [...base.rules, ...add.rules];
  merged.hasEncodedRules = base.hasEncodedRules || add.hasEncodedRules;
  merged.blocked = [...base.blocked, ...add.blocked];
  if ((merged.balancerInherit ?? true) || (merged.passInherit ?? true)) {
    merged.workers = [...base.workers, ...add.workers];
    const own = new Set(add.balancers.map((balancer) => balancer.name));
    merged.balancers = [
      ...base.balancers.filter((balancer) => !own.has(balancer.name)),
      ...add.balancers.map((balancer) => inheritBalancer(base, balancer)),
    ];
  }
  return merged;
}

/** A balancer that the main server has, too, is that one: its own members are lost, and it takes what it leaves unsaid. */
function inheritBalancer(base: ProxyServerConfig, own: BalancerDefinition): BalancerDefinition {
  const outer = base.balancers.find((balancer) => balancer.name === own.name);
  if (!outer) return own;
  return {
    ...own,
    parameters: { ...outer.parameters, ...own.parameters },
    members: outer.members,
  };
}

/** ProxyErrorOverride: `codes` undefined means every status from 400 on. */
export interface ErrorOverride {
  readonly isOn: boolean;
  readonly codes: ReadonlySet<number> | undefined;
}

/** mod_proxy's per-directory config; a field that is undefined is inherited. */
export interface ProxyDirConfig {
  /** ProxyPass of a `<Location>`. */
  rule?: PassRule;
  interpolateEnv?: boolean;
  errorOverride?: ErrorOverride;
}

export function mergeProxyDirConfig(base: ProxyDirConfig, add: ProxyDirConfig): ProxyDirConfig {
  return { ...base, ...add };
}

/** A worker that no line has said anything about yet. */
export function newWorkerDefinition(url: BackendUrl, isMatch: boolean, span: Span): WorkerDefinition {
  const literals = isMatch ? literalsOf(url.name) : [];
  const definition = { url, isMatch, literals, parameters: { ...WORKER_DEFAULTS }, span, worker: undefined };
  if (isMatch && url.name.includes('$')) definition.parameters.reuse = false;
  return definition;
}

/** ProxyIOBufferSize and ProxyReceiveBufferSize so far: what a ProxyPass or BalancerMember line gives its new worker. */
export function copyServerParameters(server: ProxyServerConfig, to: WorkerParameters): void {
  if (server.ioBufferBytes !== undefined) to.ioBufferBytes = server.ioBufferBytes;
  if (server.receiveBufferBytes !== undefined) to.receiveBufferBytes = server.receiveBufferBytes;
}

/** `balancer://name` in lower case, for any URL of that balancer; undefined: not a balancer's URL. */
export function balancerName(url: string): string | undefined {
  return /^balancer:\/\/[^/]*/i.exec(url)?.[0].toLowerCase();
}

/** The balancer that a URL names. */
export function findBalancer(server: ProxyServerConfig, url: string): BalancerDefinition | undefined {
  const name = balancerName(url);
  return name === undefined ? undefined : server.balancers.find((balancer) => balancer.name === name);
}

/**
 * The worker whose name is the longest prefix of a URL; the first defined wins a tie. Scheme, host and port must be
 * covered whole.
 *
 * @param url   without `unix:…|`
 * @param kinds which workers a new line may share; at run time all
 * @source httpd modules/proxy/proxy_util.c `ap_proxy_get_worker_ex`
 */
export function findWorker(
  workers: readonly WorkerDefinition[],
  url: string,
  kinds: 'all' | 'prefix' | 'match' = 'all',
): WorkerDefinition | undefined {
  const authorityAt = url.indexOf('://') + 3;
  if (authorityAt < 3 || url.length === authorityAt) return undefined;
  const slash = url.indexOf('/', authorityAt);
  const shortest = slash < 0 ? url.length : slash;
  const subject = url.slice(0, shortest).toLowerCase() + url.slice(shortest);
  let best: WorkerDefinition | undefined;
  let bestLength = 0;
  for (const definition of workers) {
    const { name } = definition.url;
    if (name.length > subject.length || name.length < shortest || name.length <= bestLength) continue;
    if (kinds === (definition.isMatch ? 'prefix' : 'match')) continue;
    const isCovered = definition.isMatch
      ? matchesWithGroups(subject, definition.literals)
      : subject.startsWith(name);
    if (!isCovered) continue;
    best = definition;
    bestLength = name.length;
  }
  return best;
}

/**
 * The worker of all URLs that begin with this one.
 *
 * @param url canonical, up to a slash behind its authority
 * @returns `depends` when some of those URLs may have another worker
 */
export function findWorkerBelow(
  workers: readonly WorkerDefinition[],
  url: string,
): WorkerDefinition | undefined | 'depends' {
  const depends = workers.some(
    (worker) => worker.isMatch || (worker.url.name.length > url.length && worker.url.name.startsWith(url)),
  );
  return depends ? 'depends' : findWorker(workers, url);
}

/** What stands between the groups of a ProxyPassMatch worker's name; a backslash makes the next byte literal. */
function literalsOf(name: string): readonly string[] {
  const literals = [''];
  for (const [piece, literal] of name.matchAll(/\\([^])|(?:\$[0-9])+|[^]/g)) {
    if (literal === undefined && piece.length > 1) literals.push('');
    else literals[literals.length - 1] += literal ?? piece;
  }
  return literals;
}

/**
 * Whether a text starts with a name in which each `$n` stands for any text.
 *
 * @source httpd modules/proxy/proxy_util.c `ap_proxy_strcmp_ematch`
 */
function matchesWithGroups(text: string, [first, ...others]: readonly string[]): boolean {
  if (first === undefined || !text.startsWith(first)) return false;
  let at = first.length;
  for (const literal of others) {
    const found = text.indexOf(literal, at);
    if (found < 0) return false;
    at = found + literal.length;
  }
  return true;
}
