import type { Span } from '../../source/source.ts';
import type { DirectiveNode, SectionNode, Word } from '../../syntax/tree.ts';
import type { ApplyContext, BindContext, ServedDirective, StructuralDirective } from '../module.ts';
import { findBalancer, findWorker, type ProxyDirConfig, type ProxyServerConfig } from './config.ts';
import {
  balancerUrlProblem,
  defineBalancer,
  defineWorker,
  isBalancerUrl,
  workerUrlProblem,
} from './definitions.ts';
import {
  applyBalancerParameters,
  applyWorkerParameters,
  bindParameters,
  splitPair,
  type BoundParameters,
  type KeyValue,
} from './key-values.ts';
import { reportSharing, warnOfScheme } from './proxy-pass.ts';
import { withoutSocket } from './url.ts';

type Into = { readonly server: ProxyServerConfig; readonly dir: ProxyDirConfig };

interface BoundMember {
  readonly balancer: string;
  readonly url: string;
  readonly parameters: BoundParameters;
  readonly span: Span;
}

/** @source httpd modules/proxy/mod_proxy.c `add_member` */
function bindMember(ctx: BindContext, node: DirectiveNode): BoundMember | undefined {
  let balancer: Word | undefined = ctx.path === undefined ? undefined : { text: ctx.path, span: node.span };
  let url: Word | undefined;
  const pairs: KeyValue[] = [];
  for (const word of node.args) {
    const pair = splitPair(word);
    if (pair) pairs.push(pair);
    else if (!balancer) balancer = word;
    else if (!url) url = word;
    else {
      return ctx.error(
        word,
        ctx.path === undefined
          ? "Invalid BalancerMember parameter. Parameter must be in the form 'key=value'"
          : 'BalancerMember can not have a balancer name when defined in a location',
      );
    }
  }
  if (!balancer)
    return ctx.error(node, 'BalancerMember must define balancer name when outside <Proxy > section');
  if (!url) return ctx.error(node, 'BalancerMember must define remote proxy server');
  if (withoutSocket(url.text) === undefined)
    return ctx.error(url, 'BalancerMember uses an invalid "unix:" URL');
  const problem = balancerUrlProblem(balancer.text) ?? workerUrlProblem(url.text);
  if (problem !== undefined) return ctx.error(url, `BalancerMember ${problem}`);
  warnOfScheme(ctx, url);
  const parameters = bindParameters(ctx, pairs, 'worker', (reason) => `BalancerMember ${reason}`);
  return { balancer: balancer.text, url: url.text, parameters, span: node.span };
}

function applyMember(into: Into, bound: BoundMember, ctx: ApplyContext): void {
  const { server } = into;
  const balancer = findBalancer(server, bound.balancer) ?? defineBalancer(server, bound.balancer, bound.span);
  const real = withoutSocket(bound.url) ?? bound.url;
  const shared = findWorker(balancer.members, real, 'prefix');
  if (shared) {
    reportSharing(ctx, shared.url.name, real, bound.parameters);
    return;
  }
  const options = { isMatch: false, copiesServerParameters: true, span: bound.span };
  const member = defineWorker(server, balancer.members, bound.url, options);
  applyWorkerParameters(member.parameters, bound.parameters);
}

export const balancerMember: ServedDirective<ProxyServerConfig, ProxyDirConfig, BoundMember> = {
  bind: bindMember,
  apply: applyMember,
};

interface BoundSet {
  readonly url: string;
  /** Inside `<Proxy>`: what the URL names is created when it is missing. */
  readonly isInSection: boolean;
  readonly isMatch: boolean;
  readonly parameters: BoundParameters;
  readonly span: Span;
}

/** @source httpd modules/proxy/mod_proxy.c `set_proxy_param` */
function bindSet(ctx: BindContext, node: DirectiveNode): BoundSet | undefined {
  const isInSection = ctx.scope === 'proxy' && ctx.path !== undefined;
  const name: Word | undefined = isInSection ? { text: ctx.path, span: node.span } : node.args[0];
  const url = name?.text ?? '';
  const isBalancer = isBalancerUrl(url);
  if (isInSection) {
    const problem = isBalancer ? balancerUrlProblem(url) : workerUrlProblem(url);
    if (problem !== undefined) return ctx.error(node, `ProxySet ${problem}`);
  }
  const pairs: KeyValue[] = [];
  for (const word of isInSection ? node.args : node.args.slice(1)) {
    const pair = splitPair(word);
    if (!pair)
      return ctx.error(word, "Invalid ProxySet parameter. Parameter must be in the form 'key=value'");
    pairs.push(pair);
  }
  const parameters = bindParameters(
    ctx,
    pairs,
    isBalancer ? 'balancer' : 'worker',
    (reason, pair) => `ProxySet: ${reason} ${pair.key}=${pair.value}; ${url}`,
  );
  return { url, isInSection, isMatch: ctx.isRegexScope, parameters, span: node.span };
}

function applySet(into: Into, bound: BoundSet, ctx: ApplyContext): void {
  const { server } = into;
  if (isBalancerUrl(bound.url)) {
    const balancer =
      findBalancer(server, bound.url) ??
      (bound.isInSection ? defineBalancer(server, bound.url, bound.span) : undefined);
    if (balancer) applyBalancerParameters(balancer.parameters, bound.parameters);
    else reportMissing(ctx, bound.url, 'Balancer');
    return;
  }
  const found = findWorker(
    server.workers,
    withoutSocket(bound.url) ?? bound.url,
    bound.isMatch ? 'match' : 'prefix',
  );
  const options = { isMatch: bound.isMatch, copiesServerParameters: false, span: bound.span };
  const worker =
    found ?? (bound.isInSection ? defineWorker(server, server.workers, bound.url, options) : undefined);
  if (worker) applyWorkerParameters(worker.parameters, bound.parameters);
  else reportMissing(ctx, bound.url, 'Worker');
}

function reportMissing(ctx: ApplyContext, url: string, what: 'Balancer' | 'Worker'): void {
  ctx.report({
    code: 'bind/invalid',
    severity: 'error',
    message: `ProxySet can not find '${url}' ${what}.`,
    span: ctx.span,
    help: 'define it on an earlier line',
  });
}

export const proxySet: ServedDirective<ProxyServerConfig, ProxyDirConfig, BoundSet> = {
  bind: bindSet,
  apply: applySet,
};

/** The parameters on the opening line of `<Proxy url key=value …>`. @source httpd mod_proxy.c `proxysection` */
function bindProxyOpening(ctx: BindContext, node: SectionNode): BoundSet | undefined {
  const [first, ...rest] = node.args;
  if (!first || rest.length === 0) return undefined;
  const url = first.text.replace(/^proxy:/i, '');
  if (/[*?]|\[.*\]/s.test(url))
    return ctx.error(rest[0]!, '<Proxy> arguments are not supported for wildchar url.');
  if (!url.includes(':')) return ctx.error(rest[0]!, '<Proxy> arguments are not supported for non url.');
  const isBalancer = isBalancerUrl(url);
  const problem = isBalancer ? balancerUrlProblem(url) : workerUrlProblem(url);
  if (problem !== undefined) return ctx.error(first, `<Proxy ${problem}`);
  const pairs: KeyValue[] = [];
  for (const word of rest) {
    const pair = splitPair(word);
    if (!pair) return ctx.error(word, "Invalid Proxy parameter. Parameter must be in the form 'key=value'");
    pairs.push(pair);
  }
  const parameters = bindParameters(
    ctx,
    pairs,
    isBalancer ? 'balancer' : 'worker',
    (reason, pair) => `<Proxy ${reason} ${pair.key}=${pair.value}; ${url}`,
  );
  return { url, isInSection: true, isMatch: false, parameters, span: node.span };
}

export const proxySection: StructuralDirective = {
  structural: true,
  opening: { bind: bindProxyOpening, apply: applySet },
};
