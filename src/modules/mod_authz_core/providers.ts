import { promises as dns } from 'node:dns';
import type { ExprNode } from '../../../grammar/expr/ast.ts';
import { compileCondition, compileString } from '../../expr/compile.ts';
import { isKnownMethod } from '../../pipeline/allowed-methods.ts';
import { exprContext } from '../../pipeline/expr-context.ts';
import { logRequest } from '../../pipeline/log.ts';
import { isInDomain, verifiedRemoteHost } from '../../pipeline/remote-host.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { parseSubnet, subnetContains, type Subnet } from '../../pattern/subnet.ts';
import type { DirectiveNode, Word } from '../../syntax/tree.ts';
import type { BindContext, BoundExpr } from '../module.ts';
import type { AuthzCheck, AuthzPreparation } from './logic.ts';

/** What a `Require` line asks for, as plain data. */
export type Requirement =
  | { readonly kind: 'all'; readonly isGranted: boolean }
  | { readonly kind: 'env'; readonly names: readonly string[] }
  | { readonly kind: 'method'; readonly methods: readonly string[] }
  | { readonly kind: 'expr'; readonly expr: BoundExpr; readonly needsUser: boolean }
  | { readonly kind: 'ip'; readonly subnets: readonly Subnet[] }
  | { readonly kind: 'host'; readonly expr: BoundExpr }
  | { readonly kind: 'forward-dns'; readonly expr: BoundExpr }
  | { readonly kind: 'local' }
  | { readonly kind: 'user'; readonly expr: BoundExpr }
  | { readonly kind: 'valid-user' }
  | { readonly kind: 'unserved'; readonly provider: string };

type RequirementBinder = (ctx: BindContext, node: DirectiveNode, args: Word) => Requirement | undefined;

interface Provider {
  /** Module that brings it. */
  readonly module: string;
  readonly bind: RequirementBinder;
}

const unserved =
  (provider: string): RequirementBinder =>
  (ctx, node) => {
    ctx.warn(node, `Require ${provider} is not served`, 'every request that depends on it is refused');
    return { kind: 'unserved', provider };
  };

/** Authorisation providers by their exact name. */
const PROVIDERS: ReadonlyMap<string, Provider> = new Map<string, Provider>([
  ['all', { module: 'authz_core', bind: bindAll }],
  ['env', { module: 'authz_core', bind: (_ctx, _node, args) => ({ kind: 'env', names: words(args.text) }) }],
  ['method', { module: 'authz_core', bind: bindMethod }],
  ['expr', { module: 'authz_core', bind: bindExpr }],
  ['ip', { module: 'authz_host', bind: bindIp }],
  ['host', { module: 'authz_host', bind: withExpr('host') }],
  ['forward-dns', { module: 'authz_host', bind: withExpr('forward-dns') }],
  ['local', { module: 'authz_host', bind: () => ({ kind: 'local' }) }],
  ['user', { module: 'authz_user', bind: withExpr('user') }],
  ['valid-user', { module: 'authz_user', bind: () => ({ kind: 'valid-user' }) }],
  ['group', { module: 'authz_groupfile', bind: unserved('group') }],
  ['file-group', { module: 'authz_owner', bind: unserved('file-group') }],
  ['file-owner', { module: 'authz_owner', bind: unserved('file-owner') }],
  ['dbm-group', { module: 'authz_dbm', bind: unserved('dbm-group') }],
  ['dbm-file-group', { module: 'authz_dbm', bind: unserved('dbm-file-group') }],
  ['dbd-group', { module: 'authz_dbd', bind: unserved('dbd-group') }],
  ['dbd-login', { module: 'authz_dbd', bind: unserved('dbd-login') }],
  ['dbd-logout', { module: 'authz_dbd', bind: unserved('dbd-logout') }],
  ['ldap-user', { module: 'authnz_ldap', bind: unserved('ldap-user') }],
  ['ldap-group', { module: 'authnz_ldap', bind: unserved('ldap-group') }],
  ['ldap-dn', { module: 'authnz_ldap', bind: unserved('ldap-dn') }],
  ['ldap-attribute', { module: 'authnz_ldap', bind: unserved('ldap-attribute') }],
  ['ldap-filter', { module: 'authnz_ldap', bind: unserved('ldap-filter') }],
  ['ldap-search', { module: 'authnz_ldap', bind: unserved('ldap-search') }],
  ['ssl', { module: 'ssl', bind: unserved('ssl') }],
  ['ssl-verify-client', { module: 'ssl', bind: unserved('ssl-verify-client') }],
]);

/**
 * The requirement of a provider and its arguments; undefined when it is wrong (reported).
 *
 * @param args the rest of the line
 */
export function bindRequirement(
  ctx: BindContext,
  node: DirectiveNode,
  provider: Word,
  args: Word,
): Requirement | undefined {
  const known = PROVIDERS.get(provider.text);
  if (!known || !ctx.hasModule(known.module)) {
    const help = known ? `it comes with mod_${known.module}` : undefined;
    return ctx.error(provider, `Unknown Authz provider: ${provider.text}`, help);
  }
  return known.bind(ctx, node, args);
}

/** The names of all providers, for suggestions and lint. */
export function providerNames(): string[] {
  return [...PROVIDERS.keys()];
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function bindAll(ctx: BindContext, _node: DirectiveNode, args: Word): Requirement | undefined {
  const lower = args.text.trim().toLowerCase();
  if (lower === 'granted' || lower === 'denied') return { kind: 'all', isGranted: lower === 'granted' };
  return ctx.error(args, "Argument for 'Require all' must be 'granted' or 'denied'");
}

function bindMethod(ctx: BindContext, _node: DirectiveNode, args: Word): Requirement | undefined {
  const methods = words(args.text);
  const unknown = methods.find((method) => !isKnownMethod(method));
  return unknown === undefined ? { kind: 'method', methods } : ctx.error(args, `Invalid Method '${unknown}'`);
}

function bindExpr(ctx: BindContext, _node: DirectiveNode, args: Word): Requirement | undefined {
  const expr = ctx.expr(unquoted(args), 'boolean', 'Cannot parse expression in require line: ');
  return expr && { kind: 'expr', expr, needsUser: mentionsUser(expr.node) };
}

/** One pair of quotes around the whole is taken off. @source httpd mod_authz_core.c `expr_parse_config` */
function unquoted(args: Word): Word {
  const quote = args.text[0];
  if ((quote !== '"' && quote !== "'") || args.text.indexOf(quote, 1) !== args.text.length - 1) return args;
  return { ...args, text: args.text.slice(1, -1), span: { ...args.span, start: args.span.start + 1 } };
}

function mentionsUser(node: ExprNode): boolean {
  return JSON.stringify(node).includes('"REMOTE_USER"');
}

function bindIp(ctx: BindContext, node: DirectiveNode, args: Word): Requirement | undefined {
  const texts = conf(node, args);
  if (texts.length === 0) return ctx.error(node, "'require ip' requires an argument");
  const subnets: Subnet[] = [];
  for (const text of texts) {
    const parsed = parseSubnet(text);
    if (!parsed.ok) return ctx.error(args, `ip address '${text}' appears to be invalid: ${parsed.message}`);
    subnets.push(parsed.subnet);
  }
  return { kind: 'ip', subnets };
}

/** The configuration words of the arguments, quotes removed. */
function conf(node: DirectiveNode, args: Word): string[] {
  const rest = node.args.filter((word) => word.span.start >= args.span.start);
  return rest.length > 0 ? rest.map((word) => word.text) : words(args.text);
}

function withExpr(kind: 'host' | 'forward-dns' | 'user'): RequirementBinder {
  return (ctx, _node, args) => {
    const expr = ctx.expr(args, 'string', 'Cannot parse expression in require line: ');
    return expr && { kind, expr };
  };
}

/** The check that decides a requirement for a request. Expressions that fail make it an error. */
export function requirementCheck(requirement: Requirement): AuthzCheck {
  switch (requirement.kind) {
    case 'all': {
      const verdict = requirement.isGranted ? 'granted' : 'denied';
      return () => verdict;
    }
    case 'env':
      return (req) => (requirement.names.some((name) => req.subprocessEnv.has(name)) ? 'granted' : 'denied');
    case 'method':
      return (req) => {
        const method = req.method === 'HEAD' ? 'GET' : req.method;
        return requirement.methods.some((name) => (name === 'HEAD' ? 'GET' : name) === method)
          ? 'granted'
          : 'denied';
      };
    case 'expr': {
      const condition = compileCondition(requirement.expr.node);
      return guarded((req) => {
        if (condition(exprContext(req))) return 'granted';
        return requirement.needsUser && req.user === undefined ? 'deniedNoUser' : 'denied';
      });
    }
    case 'ip':
      return (req) =>
        requirement.subnets.some((subnet) => subnetContains(subnet, req.clientAddress))
          ? 'granted'
          : 'denied';
    case 'host': {
      const names = compileString(requirement.expr.node);
      return guarded((req) => {
        const host = verifiedRemoteHost(req);
        return host !== '' && words(names(exprContext(req))).some((name) => isInDomain(name, host))
          ? 'granted'
          : 'denied';
      });
    }
    case 'forward-dns': {
      const names = compileString(requirement.expr.node);
      return guarded((req) => {
        const known = req.moduleNote<ReadonlyMap<string, readonly string[]>>(FORWARD_NOTE);
        const wanted = words(names(exprContext(req)));
        return wanted.some((name) => known?.get(name)?.includes(req.clientAddress)) ? 'granted' : 'denied';
      });
    }
    case 'local':
      return (req) => (isLocal(req) ? 'granted' : 'denied');
    case 'user': {
      const users = compileString(requirement.expr.node);
      return guarded((req) => {
        if (req.user === undefined) return 'deniedNoUser';
        return words(users(exprContext(req))).includes(req.user) ? 'granted' : 'denied';
      });
    }
    case 'valid-user':
      return (req) => (req.user === undefined ? 'deniedNoUser' : 'granted');
    case 'unserved':
      return (req) => {
        logRequest(
          req,
          'error',
          'authz_core',
          '',
          `Require ${requirement.provider} is not served: access to ${req.uri} refused`,
        );
        return 'error';
      };
  }
}

const FORWARD_NOTE = 'mod_authz_host.forward';

/** For `forward-dns`: the addresses of its names, asked before the check. */
export function requirementPreparation(requirement: Requirement): { readonly prepare?: AuthzPreparation } {
  if (requirement.kind !== 'forward-dns') return {};
  const names = compileString(requirement.expr.node);
  return {
    prepare: async (req) => {
      const known = new Map(req.moduleNote<ReadonlyMap<string, readonly string[]>>(FORWARD_NOTE));
      for (const name of evaluatedWords(names, req)) {
        if (known.has(name)) continue;
        const found = await dns.lookup(name, { all: true }).catch(() => []);
        known.set(
          name,
          found.map(({ address }) => address),
        );
      }
      req.setModuleNote(FORWARD_NOTE, known);
    },
  };
}

/** The words of an expression; none when it can't be evaluated, which the check will report. */
function evaluatedWords(names: ReturnType<typeof compileString>, req: RequestRecord): string[] {
  try {
    return words(names(exprContext(req)));
  } catch {
    return [];
  }
}

function guarded(check: AuthzCheck): AuthzCheck {
  return (req) => {
    try {
      return check(req);
    } catch (error) {
      logRequest(
        req,
        'error',
        'authz_core',
        'AH02320',
        `Can't evaluate require expression: ${String(error)}`,
      );
      return 'error';
    }
  };
}

const LOOPBACK = [parseSubnet('127.0.0.0/8'), parseSubnet('::1')].flatMap((parsed) =>
  parsed.ok ? [parsed.subnet] : [],
);

function isLocal(req: RequestRecord): boolean {
  const { connection, clientAddress } = req;
  return (
    connection.localAddress === clientAddress ||
    LOOPBACK.some((subnet) => subnetContains(subnet, clientAddress))
  );
}
