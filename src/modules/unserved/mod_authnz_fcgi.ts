import { modAuthnzFcgi as catalogue } from '../../../grammar/catalogue/mod_authnz_fcgi.ts';
import type { DirectiveNode } from '../../syntax/tree.ts';
import { type BindContext, defineModule } from '../module.ts';
import { unserved } from './unserved.ts';

const NAME = 'AuthnzFcgiCheckAuthnProvider';

/** A provider, then options with a value each. @source httpd mod_authnz_fcgi.c `fcgi_check_authn_provider` */
function checkAuthnProvider(ctx: BindContext, node: DirectiveNode): void {
  const [provider, ...options] = node.args;
  if (!provider?.text) return ctx.error(node, `${NAME}: No provider given`);
  if (provider.text.toLowerCase() === 'none') {
    if (options.length > 0) ctx.error(options[0]!, `Options aren't supported with "None"`);
    return;
  }
  for (let i = 0; i < options.length; i += 2) {
    const option = options[i]!;
    const value = options[i + 1];
    if (!value) return ctx.error(option, `${NAME}: ${option.text} needs an argument`);
    switch (option.text.toLowerCase()) {
      case 'authoritative':
      case 'requirebasicauth':
        if (!/^o(?:n|ff)$/i.test(value.text)) {
          return ctx.error(value, `${NAME}: Bad argument '${value.text}' to option '${option.text}'`);
        }
        break;
      case 'defaultuser':
        break;
      case 'userexpr':
        if (!ctx.expr(value, 'string', `${NAME}: Error parsing '${value.text}': `)) return;
        break;
      default:
        return ctx.error(option, `${NAME}: Unexpected option '${option.text}'`);
    }
  }
}

export const modAuthnzFcgi = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { notServed: 'No FastCGI authorizer is asked.', security: true },
    {},
    {
      AuthnzFcgiDefineProvider: (ctx, node) => {
        const [type] = node.args;
        if (!type) ctx.error(node, 'AuthnzFcgiDefineProvider: No type given');
        else if (!/^auth(?:n|z|nz)$/.test(type.text)) {
          ctx.error(type, `AuthnzFcgiDefineProvider: Invalid provider type ${type.text}`);
        }
      },
      AuthnzFcgiCheckAuthnProvider: checkAuthnProvider,
    },
  ),
});
