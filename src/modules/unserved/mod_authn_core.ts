import { modAuthnCore as catalogue } from '../../../grammar/catalogue/mod_authn_core.ts';
import { defineModule } from '../module.ts';
import { checkProviderAlias } from './authn-providers.ts';
import { expression } from './checks.ts';
import { isNot, unserved } from './unserved.ts';

export const modAuthnCore = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { accepted: 'Takes part in authentication, for which the AuthType line is refused.' },
    {
      AuthType: {
        notServed: 'Nobody is asked for a password, and no user is known.',
        matters: isNot('none'),
        security: true,
      },
      '<AuthnProviderAlias': { notServed: 'Users are not looked up.', bind: checkProviderAlias },
    },
    {
      AuthType: expression(0, "Cannot parse expression '{}' in AuthType: "),
      AuthName: expression(0, "Cannot parse expression '{}' in AuthName: "),
    },
  ),
});
