import { modAuthnzLdap as catalogue } from '../../../grammar/catalogue/mod_authnz_ldap.ts';
import { defineModule } from '../module.ts';
import { unserved } from './unserved.ts';

export const modAuthnzLdap = defineModule(catalogue, {
  directives: unserved(catalogue, {
    accepted: 'Takes part in authentication, for which the AuthType line is refused.',
  }),
});
