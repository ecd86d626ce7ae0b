import type { BoundConfig, BoundScope, BoundServer } from '../bind/bound.ts';
import { diagnostic } from '../diagnostics/codes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { coreModule } from '../modules/core/index.ts';
import type { CoreServerConfig } from '../modules/core/config.ts';
import { coreServices } from '../modules/core/services.ts';
import { MODULES } from '../modules/index.ts';
import { satisfies } from '../modules/mod_access_compat.ts';
import { slotCount, type Module } from '../modules/module.ts';
import type { DirConfig } from '../pipeline/dir-config.ts';
import type { ErrorLog, GatewayPlan, HtaccessReader, ServerRecord } from '../pipeline/server.ts';
import type { Section } from '../pipeline/section.ts';
import type { Span } from '../source/source.ts';
import { splitAddress } from './addresses.ts';
import { applyScope, ServerVectors, type ApplyEnvironment } from './config-vectors.ts';
import { orderHooks } from './hook-order.ts';
import type { ResolvedNames } from './resolve-names.ts';
import { VhostIndex, type IndexedVhost } from './vhost-index.ts';

export interface PlanEnvironment {
  readonly errorLog: ErrorLog;
  readonly readHtaccess: HtaccessReader;
  readonly names: ResolvedNames;
  /** Name of this machine, for a main server without ServerName. */
  readonly machineName: string;
}

/** A configuration that can serve. */
export interface Plan {
  readonly gateway: GatewayPlan;
  readonly vhosts: VhostIndex;
  readonly diagnostics: readonly Diagnostic[];
}

let generations = 0;

/** Makes the frozen plan of a bound configuration. Problems that only the whole shows come back as diagnostics. */
export function makePlan(bound: BoundConfig, env: PlanEnvironment): Plan {
  const diagnostics: Diagnostic[] = [];
  const loaded = new Set(bound.modules);
  const modules = MODULES.filter((module) => loaded.has(module.name));
  const apply: ApplyEnvironment = {
    modules: new Map(modules.map((module) => [module.name, module])),
    report: (found) => diagnostics.push(found),
    inHtaccess: false,
  };
  const dirMerges = mergesBySlot(modules);
  const servers: ServerRecord[] = [];
  const gateway: GatewayPlan = {
    servers,
    get mainServer() {
      return servers[0]!;
    },
    hooks: orderHooks(modules),
    dirMerges,
    errorLog: env.errorLog,
    hostnameLookups:
      usesHostnames(bound.main.root) || bound.vhosts.some((vhost) => usesHostnames(vhost.root)),
    readHtaccess: env.readHtaccess,
    serverRoot: bound.serverRoot,
    runtimeDir: bound.runtimeDir ?? '/var/run/apache2',
    services: coreServices(satisfies),
    generation: ++generations,
    modules: loaded,
  };

  const main = new ServerVectors(false);
  for (const module of modules) main.config(module);
  const mainDir = applyScope(bound.main.root, main, apply);
  servers.push(
    serverRecord(
      gateway,
      bound.main,
      main,
      main.values,
      mainDir,
      main.sections,
      mainName(main, env.machineName),
    ),
  );

  const indexed = bound.vhosts.map((vhost) => {
    const vectors = new ServerVectors(true);
    const dir = applyScope(vhost.root, vectors, apply);
    const own = vectors.values[coreModule.slot] as CoreServerConfig | undefined;
    const values = mergedValues(modules, main, vectors);
    const addresses = resolvedAddresses(vhost, servers[0]!, env.names, apply);
    const server = serverRecord(
      gateway,
      vhost,
      main,
      values,
      mainDir.mergeWith(dir, dirMerges),
      {
        directory: [...main.sections.directory, ...vectors.sections.directory],
        location: [...main.sections.location, ...vectors.sections.location],
        proxy: [...main.sections.proxy, ...vectors.sections.proxy],
      },
      vhostName(own, addresses, servers[0]!, env.names),
    );
    servers.push(server);
    const names = [
      own?.serverName?.name.toLowerCase() ?? server.hostname.toLowerCase(),
      ...(own?.serverAliases ?? []),
    ];
    return { server, addresses, names, serverPath: own?.serverPath } satisfies IndexedVhost;
  });

  // Every virtual host inherits the lines of the main server: what is wrong with one is said once.
  const reported = new Set<string>();
  const report = (message: string, span: Span | undefined, severity: 'error' | 'warning' = 'error'): void => {
    const code = severity === 'error' ? 'plan/invalid' : 'plan/suspicious';
    const place = span ?? bound.main.root.span;
    const key = `${place.file} ${place.start} ${message}`;
    if (reported.has(key)) return;
    reported.add(key);
    diagnostics.push(diagnostic(code, message, place));
  };
  for (const module of modules) module.postConfig?.(gateway, report);
  return { gateway, vhosts: new VhostIndex(servers[0]!, indexed), diagnostics };
}

/** What keeps a plan from serving that a check such as `-t` does not look at, as httpd finds it at its start. */
export function problemsBeforeServing({ gateway }: Plan, bound: BoundConfig): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const module of MODULES) {
    if (!gateway.modules.has(module.name)) continue;
    module.beforeServing?.(gateway, (message, span, severity = 'error') => {
      const code = severity === 'error' ? 'plan/invalid' : 'plan/suspicious';
      found.push(diagnostic(code, message, span ?? bound.main.root.span));
    });
  }
  return found;
}

/**
 * The per-directory config of a bound `.htaccess`, for a running server.
 *
 * @throws what a module's `apply` throws: a fault of ours
 */
export function planHtaccess(scope: BoundScope, server: ServerRecord): DirConfig {
  const modules = new Map(
    MODULES.filter((module) => server.gateway.modules.has(module.name)).map((module) => [
      module.name,
      module,
    ]),
  );
  return applyScope(
    scope,
    { config: (module) => module.server(server), sections: undefined },
    { modules, report: () => undefined, inHtaccess: true },
  );
}

function mergesBySlot(modules: readonly Module[]): GatewayPlan['dirMerges'] {
  const merges = new Array<GatewayPlan['dirMerges'][number]>(slotCount()).fill(undefined);
  for (const module of modules) merges[module.slot] = module.mergeDirConfig;
  return merges;
}

/** A virtual host's configs laid over the main server's; a module without lines of its own there has the main server's. */
function mergedValues(modules: readonly Module[], main: ServerVectors, own: ServerVectors): unknown[] {
  const values = [...main.values];
  for (const module of modules) {
    const added = own.values[module.slot];
    if (added === undefined) {
      if (module === coreModule)
        values[module.slot] = module.mergeServerConfig?.(
          main.values[module.slot],
          module.createServerConfig?.(true),
        );
      continue;
    }
    values[module.slot] = module.mergeServerConfig
      ? module.mergeServerConfig(main.values[module.slot], added)
      : added;
  }
  return values;
}

interface ServerName {
  readonly hostname: string;
  readonly port: number;
  readonly scheme: string | undefined;
}

function mainName(vectors: ServerVectors, machineName: string): ServerName {
  const name = (vectors.values[coreModule.slot] as CoreServerConfig | undefined)?.serverName;
  return name
    ? { hostname: name.name, port: name.port, scheme: name.scheme }
    : { hostname: machineName, port: 0, scheme: undefined };
}

/** @source httpd server/vhost.c `fix_hostname`, server/config.c */
function vhostName(
  own: CoreServerConfig | undefined,
  addresses: IndexedVhost['addresses'],
  main: ServerRecord,
  names: ResolvedNames,
): ServerName {
  if (own?.serverName)
    return { hostname: own.serverName.name, port: own.serverName.port, scheme: own.serverName.scheme };
  const [first] = addresses;
  if (!first || first.ip === '*')
    return { hostname: main.hostname, port: first?.port ?? 0, scheme: undefined };
  return { hostname: names.names.get(first.ip) ?? first.ip, port: first.port, scheme: undefined };
}

function serverRecord(
  gateway: GatewayPlan,
  bound: BoundServer,
  main: ServerVectors,
  serverConfig: readonly unknown[],
  dirDefaults: DirConfig,
  sections: ServerVectors['sections'],
  name: ServerName,
): ServerRecord {
  return {
    isVirtual: bound.span !== undefined,
    ...name,
    span: bound.span,
    serverConfig: serverConfig === main.values ? main.values : serverConfig,
    dirDefaults,
    directorySections: byDepth(sections.directory.filter((section) => section.kind === 'directory')),
    directoryMatchSections: byDepth(
      sections.directory.filter((section) => section.kind === 'directoryMatch'),
    ),
    locationSections: sections.location,
    proxySections: sections.proxy,
    gateway,
  };
}

/** Stable: sections of one depth keep the order of the files. */
function byDepth(sections: readonly Section[]): Section[] {
  return [...sections].sort((a, b) => a.depth - b.depth);
}

function resolvedAddresses(
  vhost: BoundServer,
  main: ServerRecord,
  names: ResolvedNames,
  env: ApplyEnvironment,
): { ip: string; port: number; text: string }[] {
  return vhost.addresses.flatMap(({ text, span }) => {
    const { host, port: written } = splitAddress(text);
    const port = written ?? main.port;
    if (host === '*' || /^[0-9a-fA-F:.]*$/.test(host)) return [{ ip: host.toLowerCase(), port, text: host }];
    const found = names.addresses.get(host);
    if (!found) {
      env.report(diagnostic('plan/suspicious', `Could not resolve host name ${host} -- ignoring!`, span));
      return [];
    }
    return found.map((ip) => ({ ip, port, text: host }));
  });
}

/** Whether any rule or log of a scope asks for the client's host name. */
export function usesHostnames(scope: BoundScope): boolean {
  return scope.items.some((item) =>
    item.kind === 'scope'
      ? usesHostnames(item)
      : (item.directive === 'HostnameLookups' && item.value !== 'off') || needsHostname(item.value),
  );
}

function needsHostname(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'needsRemoteHost' in value &&
    value.needsRemoteHost === true
  );
}
