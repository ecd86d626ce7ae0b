import { modAuthnzLdap as catalogue } from '../../../grammar/catalogue/mod_authnz_ldap.ts';
import { defineModule } from '../module.ts';
import { matching, oneOf, pattern } from './checks.ts';
import { unserved } from './unserved.ts';

export const modAuthnzLdap = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { accepted: 'Takes part in authentication, for which the AuthType line is refused.' },
    {},
    {
      AuthLDAPURL: matching(/^ldap[si]?:\/\//i, 'The scheme was not recognised as a valid LDAP URL scheme.'),
      AuthLDAPDereferenceAliases: oneOf(
        'Unrecognized value for AuthLDAPDereferenceAliases directive',
        'never',
        'off',
        'searching',
        'finding',
        'always',
        'on',
      ),
      AuthLDAPInitialBindPattern: pattern(
        0,
        "AuthLDAPInitialBindPattern: cannot compile regular expression '{}'",
      ),
    },
  ),
});
