import { modAuthBasic as catalogue } from '../../../grammar/catalogue/mod_auth_basic.ts';
import { defineModule } from '../module.ts';
import { checkProviders } from './authn-providers.ts';
import { all, expression, oneOf } from './checks.ts';
import { unserved } from './unserved.ts';

export const modAuthBasic = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { accepted: 'Takes part in authentication, for which the AuthType line is refused.' },
    {},
    {
      AuthBasicFake: all(
        expression(0, "Could not parse fake username expression '{}': "),
        expression(1, 'Could not parse fake password expression: '),
      ),
      AuthBasicUseDigestAlgorithm: oneOf(
        'Invalid algorithm in AuthBasicUseDigestAlgorithm: {}',
        'off',
        'md5',
      ),
      AuthBasicProvider: checkProviders,
    },
  ),
});
