import { modAuthnzFcgi as catalogue } from '../../../grammar/catalogue/mod_authnz_fcgi.ts';
import { defineModule } from '../module.ts';
import { unserved } from './unserved.ts';

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
      AuthnzFcgiCheckAuthnProvider: (ctx, node) =>
        node.args.length === 0 && ctx.error(node, 'AuthnzFcgiCheckAuthnProvider: No provider given'),
    },
  ),
});
