import { modAuthForm as catalogue } from '../../../grammar/catalogue/mod_auth_form.ts';
import { defineModule } from '../module.ts';
import { checkProviders } from './authn-providers.ts';
import { expression, number } from './checks.ts';
import { unserved } from './unserved.ts';

export const modAuthForm = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { accepted: 'Takes part in authentication, for which the AuthType line is refused.' },
    {},
    {
      AuthFormSize: number('AuthCookieFormSize must be a size in bytes, or zero.', 0),
      AuthFormLoginRequiredLocation: expression(0, "Could not parse login required expression '{}': "),
      AuthFormLoginSuccessLocation: expression(0, "Could not parse login success expression '{}': "),
      AuthFormLogoutLocation: expression(0, "Could not parse logout required expression '{}': "),
      AuthFormProvider: checkProviders,
    },
  ),
});
