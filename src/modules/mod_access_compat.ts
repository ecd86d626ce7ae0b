import { modAccessCompat as catalogue } from '../../grammar/catalogue/mod_access_compat.ts';
import { logRequest } from '../pipeline/log.ts';
import { hook } from '../pipeline/phases.ts';
import { isInDomain, verifiedRemoteHost } from '../pipeline/remote-host.ts';
import type { RequestRecord } from '../pipeline/request.ts';
import { OK, type HookResult } from '../pipeline/status.ts';
import { parseSubnet, subnetContains, type Subnet } from '../pattern/subnet.ts';
import type { DirectiveNode, Word } from '../syntax/tree.ts';
import { eachWord } from './arguments.ts';
import { limitCovers, type MethodLimit } from './method-limit.ts';
import { defineModule, type BindContext, type Module, type ServedDirective } from './module.ts';

type Order = 'deny,allow' | 'allow,deny' | 'mutual-failure';

/** Whom an `Allow` or `Deny` line speaks of. */
type Client =
  | { readonly kind: 'all' }
  | { readonly kind: 'env'; readonly name: string; readonly isNegated: boolean }
  | { readonly kind: 'ip'; readonly subnet: Subnet }
  | { readonly kind: 'host'; readonly name: string };

interface Rule {
  readonly client: Client;
  readonly limit: MethodLimit | undefined;
}

interface Limited<T> {
  readonly value: T;
  readonly limit: MethodLimit | undefined;
}

/** Never merged: an inner section with any line of this module starts anew, as in httpd. */
interface AccessConfig {
  readonly allows: Rule[];
  readonly denies: Rule[];
  readonly orders: Limited<Order>[];
  readonly satisfies: Limited<'all' | 'any'>[];
}

interface BoundClients {
  readonly clients: readonly Client[];
  /** A host name must be looked up for these. */
  readonly needsRemoteHost: boolean;
}

const ORDERS: ReadonlyMap<string, Order> = new Map([
  ['allow,deny', 'allow,deny'],
  ['deny,allow', 'deny,allow'],
  ['mutual-failure', 'mutual-failure'],
]);

/** The words after `from`; undefined when one is wrong (reported). */
function bindClients(ctx: BindContext, node: DirectiveNode): BoundClients | undefined {
  const [from, ...words] = eachWord(node);
  if (from?.text.toLowerCase() !== 'from')
    return ctx.error(from ?? node, "allow and deny must be followed by 'from'");
  const clients: Client[] = [];
  for (const word of words) {
    const client = bindClient(ctx, word);
    if (!client) return undefined;
    clients.push(client);
  }
  return { clients, needsRemoteHost: clients.some((client) => client.kind === 'host') };
}

function bindClient(ctx: BindContext, word: Word): Client | undefined {
  const { text } = word;
  const lower = text.toLowerCase();
  if (lower.startsWith('env=!')) return { kind: 'env', name: text.slice(5), isNegated: true };
  if (lower.startsWith('env=')) return { kind: 'env', name: text.slice(4), isNegated: false };
  if (lower === 'all') return { kind: 'all' };
  const parsed = parseSubnet(text);
  if (parsed.ok) return { kind: 'ip', subnet: parsed.subnet };
  if (text.includes('/')) return ctx.error(word, 'The specified network mask is invalid.');
  if (/^[0-9.]+$/.test(text) || text.includes(':'))
    return ctx.error(word, 'The specified IP address is invalid.');
  return { kind: 'host', name: lower };
}

function clientsDirective(list: 'allows' | 'denies'): ServedDirective<undefined, AccessConfig, BoundClients> {
  return {
    bind: bindClients,
    apply: ({ dir }, { clients }, { limit }) => {
      for (const client of clients) dir[list].push({ client, limit });
    },
  };
}

/** Whether the client is one that a rule names. @source httpd mod_access_compat.c `find_allowdeny` */
function matches(req: RequestRecord, { client, limit }: Rule): boolean {
  if (!limitCovers(limit, req.method)) return false;
  switch (client.kind) {
    case 'all':
      return true;
    case 'env':
      return req.subprocessEnv.has(client.name) !== client.isNegated;
    case 'ip':
      return subnetContains(client.subnet, req.clientAddress);
    case 'host':
      return isInDomain(client.name, verifiedRemoteHost(req));
  }
}

/** The last one that speaks of the request's method. */
function inForce<T>(settings: readonly Limited<T>[], method: string): T | undefined {
  return settings.findLast(({ limit }) => limitCovers(limit, method))?.value;
}

function isAllowed(req: RequestRecord, config: AccessConfig): boolean {
  const isNamed = (rules: readonly Rule[]): boolean => rules.some((rule) => matches(req, rule));
  switch (inForce(config.orders, req.method) ?? 'deny,allow') {
    case 'allow,deny':
    case 'mutual-failure':
      return isNamed(config.allows) && !isNamed(config.denies);
    case 'deny,allow':
      return !isNamed(config.denies) || isNamed(config.allows);
  }
}

/** @source httpd mod_access_compat.c `check_dir_access` */
function checkAccess(req: RequestRecord): HookResult {
  const config = modAccessCompat.dir(req);
  if (!config || isAllowed(req, config)) return OK;
  if (satisfies(req) !== 'any') {
    logRequest(
      req,
      'error',
      'access_compat',
      'AH01797',
      `client denied by server configuration: ${req.filename ?? req.uri}`,
    );
  }
  return 403;
}

/** `Satisfy` in force for a request. */
export function satisfies(req: RequestRecord): 'all' | 'any' | 'unspecified' {
  const config = modAccessCompat.dir(req);
  return (config && inForce(config.satisfies, req.method)) ?? 'unspecified';
}

/** Order, Allow, Deny and Satisfy, as configurations of httpd 2.2 still have them. */
export const modAccessCompat: Module<undefined, AccessConfig> = defineModule(catalogue, {
  directives: {
    order: {
      bind: (ctx: BindContext, node: DirectiveNode) => {
        const word = node.args[0];
        if (!word) return undefined;
        return (
          ORDERS.get(word.text.toLowerCase()) ??
          ctx.error(word, 'unknown order', 'use allow,deny or deny,allow, without a space')
        );
      },
      apply: ({ dir }, value: Order, { limit }) => {
        dir.orders.push({ value, limit });
      },
    },
    allow: clientsDirective('allows'),
    deny: clientsDirective('denies'),
    Satisfy: {
      bind: (ctx: BindContext, node: DirectiveNode) => {
        const word = node.args[0];
        const lower = word?.text.toLowerCase();
        if (lower === 'all' || lower === 'any') return lower;
        return ctx.error(word ?? node, "Satisfy either 'any' or 'all'.");
      },
      apply: ({ dir }, value: 'all' | 'any', { limit }) => {
        dir.satisfies.push({ value, limit });
      },
    },
  },
  createDirConfig: (): AccessConfig => ({ allows: [], denies: [], orders: [], satisfies: [] }),
  hooks: [
    hook('accessChecker', checkAccess, {
      concerns: (_server, dir) => modAccessCompat.in(dir) !== undefined,
    }),
  ],
});
