import { modProxyHcheck as catalogue } from '../../grammar/catalogue/mod_proxy_hcheck.ts';
import { WORKER_DEFAULTS } from '../backend/worker-settings.ts';
import type { DirectiveNode } from '../syntax/tree.ts';
import { atoi, firstArg, isForbidden } from './core/bind-checks.ts';
import { setWorkerParameter } from './mod_proxy/worker-parameters.ts';
import { defineModule, type BindContext } from './module.ts';

const EFFECT = 'members are not checked in the background: they fail when a request meets them';

/** @source httpd modules/proxy/mod_proxy_hcheck.c `set_hc_template` */
function bindTemplate(ctx: BindContext, node: DirectiveNode): void {
  const [name, ...rest] = node.args;
  if (!name?.text) return ctx.error(node, 'Missing template name for ProxyHCTemplate');
  for (const word of rest) {
    const equals = word.text.indexOf('=');
    if (equals < 0) {
      return ctx.error(word, "Invalid ProxyHCTemplate parameter. Parameter must be in the form 'key=value'");
    }
    const key = word.text.slice(0, equals);
    const isCheck = key.toLowerCase().startsWith('hc');
    const problem = isCheck
      ? setWorkerParameter({ ...WORKER_DEFAULTS }, key, word.text.slice(equals + 1), true)
      : 'unknown Worker hcheck parameter';
    if (problem !== undefined)
      return ctx.error(word, `ProxyHCTemplate: ${problem} ${word.text}; ${name.text}`);
  }
}

function bindExpr(ctx: BindContext, node: DirectiveNode): void {
  const name = node.args[0];
  if (!name) return ctx.error(node, 'Missing expression name for ProxyHCExpr');
  const open = node.argsText.indexOf('{');
  if (node.args.length < 2) return ctx.error(node, 'Missing expression for ProxyHCExpr');
  const close = node.argsText.lastIndexOf('}');
  const word = ctx.rawWord(
    node,
    open < 0 ? node.argsText.indexOf(node.args[1]!.text) : open + 1,
    close > open ? close : undefined,
  );
  ctx.expr(word, 'boolean', `Could not parse expression "${word.text}": `);
}

function bindPoolSize(ctx: BindContext, node: DirectiveNode): void {
  if (isForbidden(ctx, node, 'globalOnly') || atoi(firstArg(node).text) >= 0) return;
  ctx.error(firstArg(node), 'Invalid ProxyHCTPsize parameter. Parameter must be >= 0');
}

/** Health checks of balancer members. */
export const modProxyHcheck = defineModule(catalogue, {
  directives: {
    ProxyHCTemplate: { notServed: EFFECT, bind: bindTemplate },
    ProxyHCExpr: { notServed: EFFECT, bind: bindExpr },
    ProxyHCTPsize: { notServed: EFFECT, bind: bindPoolSize },
  },
});
