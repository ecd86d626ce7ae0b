import { modAllowmethods as catalogue } from '../../../grammar/catalogue/mod_allowmethods.ts';
import { isKnownMethod } from '../../pipeline/allowed-methods.ts';
import type { DirectiveNode } from '../../syntax/tree.ts';
import { defineModule, type BindContext } from '../module.ts';
import { isNot } from './unserved.ts';

/** @source httpd modules/aaa/mod_allowmethods.c `am_allowmethods` */
function checkMethods(ctx: BindContext, node: DirectiveNode): void {
  if (node.args.length === 0) return ctx.error(node, "AllowMethods: No method or 'reset' keyword given");
  if (node.args[0]!.text.toLowerCase() === 'reset') return;
  const bad = node.args.find(({ text }) => !isKnownMethod(text));
  if (bad) ctx.error(bad, `AllowMethods: Invalid Method '${bad.text}'`);
}

export const modAllowmethods = defineModule(catalogue, {
  directives: {
    AllowMethods: {
      notServed: 'Methods are not limited.',
      matters: isNot('reset'),
      security: true,
      bind: checkMethods,
    },
  },
});
