import { compilePcre } from '../../pattern/pcre.ts';
import type { Span } from '../../source/source.ts';
import type { DirectiveNode, Word } from '../../syntax/tree.ts';
import { isForbidden, type Forbidden } from '../core/bind-checks.ts';
import type { ApplyContext, BindContext, BoundRegex, ServedDirective } from '../module.ts';
import {
  findBalancer,
  findWorker,
  type PassRule,
  type ProxyDirConfig,
  type ProxyServerConfig,
} from './config.ts';
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
import { withoutSocket } from './url.ts';

/** A ProxyPass or ProxyPassMatch line. */
interface BoundPass {
  readonly fake: string;
  /** As written, with its `unix:…|`; or `!`. */
  readonly target: string;
  readonly regex: BoundRegex | undefined;
  readonly nocanon: boolean;
  readonly noquery: boolean;
  readonly interpolate: boolean;
  readonly mapping: PassRule['mapping'];
  readonly parameters: BoundParameters;
  readonly span: Span;
}

/** Where ProxyPass and ProxyPassReverse must not stand. */
export const PASS_FORBIDDEN: Forbidden = ['directory', 'files', 'if'];

type Keyword = 'nocanon' | 'interpolate' | 'noquery';
const KEYWORDS: ReadonlySet<string> = new Set<Keyword>(['nocanon', 'interpolate', 'noquery']);

/** The words of a line by their meaning. */
interface PassWords {
  fake: Word | undefined;
  real: Word | undefined;
  isRegex: boolean;
  mapping: PassRule['mapping'];
  readonly keywords: Set<string>;
  readonly pairs: KeyValue[];
}

/** @source httpd modules/proxy/mod_proxy.c `add_pass` */
function bindPass(ctx: BindContext, node: DirectiveNode, isMatch: boolean): BoundPass | undefined {
  if (isForbidden(ctx, node, PASS_FORBIDDEN)) return undefined;
  const words = sortWords(ctx, node, isMatch);
  if (!words) return undefined;
  const fake = words.fake?.text ?? ctx.path;
  if (fake === undefined || !words.real) {
    return ctx.error(node, 'ProxyPass|ProxyPassMatch needs a path when not defined in a location');
  }
  const target = words.real.text;
  if (withoutSocket(target) === undefined) {
    return ctx.error(words.real, 'ProxyPass|ProxyPassMatch uses an invalid "unix:" URL');
  }
  const isPattern = words.isRegex || (ctx.path !== undefined && /[*?]|\[.*\]/s.test(fake));
  const pattern = words.fake ?? { text: fake, span: node.span };
  const regex = isPattern
    ? ctx.regex(pattern, { message: 'Regular expression could not be compiled.' })
    : undefined;
  if (isPattern && !regex) return undefined;
  if (target !== '!') {
    const problem = isBalancerUrl(target) ? balancerUrlProblem(target) : workerUrlProblem(target, isPattern);
    if (problem !== undefined) return ctx.error(words.real, `ProxyPass ${problem}`);
    warnOfScheme(ctx, words.real);
  }
  return {
    fake,
    target,
    regex,
    nocanon: words.keywords.has('nocanon'),
    noquery: words.keywords.has('noquery'),
    interpolate: words.keywords.has('interpolate'),
    mapping: words.mapping,
    parameters: bindParameters(
      ctx,
      target === '!' ? [] : words.pairs,
      isBalancerUrl(target) ? 'balancer' : 'worker',
      (reason) => `ProxyPass ${reason}`,
    ),
    span: node.span,
  };
}

function sortWords(ctx: BindContext, node: DirectiveNode, isMatch: boolean): PassWords | undefined {
  const words: PassWords = {
    fake: undefined,
    real: undefined,
    isRegex: isMatch,
    mapping: 'decoded',
    keywords: new Set(),
    pairs: [],
  };
  const isInLocation = ctx.path !== undefined;
  for (const word of node.args) {
    if (!isInLocation && !words.fake) {
      if (word.text !== '~') words.fake = word;
      else if (isMatch) return ctx.error(word, "ProxyPassMatch invalid syntax ('~' usage).");
      else words.isRegex = true;
      continue;
    }
    if (!words.real) {
      words.real = word;
      continue;
    }
    if (KEYWORDS.has(word.text.toLowerCase())) {
      words.keywords.add(word.text.toLowerCase());
      continue;
    }
    const pair = splitPair(word);
    if (!pair) {
      return isInLocation && words.real.text.startsWith('/')
        ? ctx.error(words.real, 'ProxyPass|ProxyPassMatch can not have a path when defined in a location.')
        : ctx.error(
            word,
            "Invalid ProxyPass|ProxyPassMatch parameter. Parameter must be in the form 'key=value'.",
          );
    }
    if (pair.key.toLowerCase() !== 'mapping') {
      words.pairs.push(pair);
      continue;
    }
    const mapping = pair.value.toLowerCase();
    if (mapping !== 'encoded' && mapping !== 'servlet') return ctx.error(word, 'unknown mapping');
    words.mapping = mapping;
  }
  return words;
}

/** Tells that a backend of another scheme will not be spoken to. */
export function warnOfScheme(ctx: BindContext, url: Word): void {
  const scheme = withoutSocket(url.text)?.split(':')[0]?.toLowerCase() ?? '';
  if (scheme === 'fcgi' || scheme === 'balancer') return;
  ctx.warn(url, `the gateway speaks FastCGI only: requests for ${scheme}: backends are answered with 500`);
}

function applyPass(
  into: { readonly server: ProxyServerConfig; readonly dir: ProxyDirConfig },
  bound: BoundPass,
  ctx: ApplyContext,
): void {
  const compiled = bound.regex && compilePcre(bound.regex.source, { caseless: bound.regex.caseless });
  const rule: PassRule = {
    fake: bound.fake,
    real: withoutSocket(bound.target) ?? bound.target,
    pattern: compiled?.ok === true ? compiled.pattern : undefined,
    nocanon: bound.nocanon,
    noquery: bound.noquery,
    interpolate: bound.interpolate,
    mapping: bound.mapping,
    span: bound.span,
  };
  if (ctx.path !== undefined) into.dir.rule = rule;
  else {
    into.server.rules.push(rule);
    if (rule.mapping !== 'decoded') into.server.hasEncodedRules = true;
  }
  if (bound.target === '!') return;
  if (isBalancerUrl(bound.target)) {
    const balancer =
      findBalancer(into.server, bound.target) ?? defineBalancer(into.server, bound.target, bound.span);
    applyBalancerParameters(balancer.parameters, bound.parameters);
    return;
  }
  const isMatch = bound.regex !== undefined;
  const shared = findWorker(into.server.workers, rule.real, isMatch ? 'match' : 'prefix');
  if (shared) {
    reportSharing(ctx, shared.url.name, rule.real, bound.parameters);
    return;
  }
  const options = { isMatch, copiesServerParameters: true, span: bound.span };
  const worker = defineWorker(into.server, into.server.workers, bound.target, options);
  applyWorkerParameters(worker.parameters, bound.parameters);
}

/** Tells that a line's own parameters are lost, because an earlier line's worker serves its URL. */
export function reportSharing(
  ctx: ApplyContext,
  shared: string,
  own: string,
  parameters: BoundParameters,
): void {
  ctx.report({
    code: 'plan/worker-shared',
    severity: 'info',
    message: `Sharing worker '${shared}' instead of creating new worker '${own}'`,
    span: ctx.span,
  });
  for (const { key, value, span } of parameters.pairs) {
    ctx.report({
      code: 'plan/worker-parameter-ignored',
      severity: 'warning',
      message: `Ignoring parameter '${key}=${value}' for worker '${shared}' because of worker sharing`,
      span,
      help: 'put the longer URL first, or set the parameter with ProxySet',
    });
  }
}

export const proxyPass: ServedDirective<ProxyServerConfig, ProxyDirConfig, BoundPass> = {
  bind: (ctx, node) => bindPass(ctx, node, false),
  apply: applyPass,
};

export const proxyPassMatch: ServedDirective<ProxyServerConfig, ProxyDirConfig, BoundPass> = {
  bind: (ctx, node) => bindPass(ctx, node, true),
  apply: applyPass,
};
