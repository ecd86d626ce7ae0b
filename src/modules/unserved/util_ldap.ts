import { utilLdap as catalogue } from '../../../grammar/catalogue/util_ldap.ts';
import { defineModule } from '../module.ts';
import { unserved } from './unserved.ts';

export const utilLdap = defineModule(catalogue, {
  directives: unserved(catalogue, {
    accepted: 'Takes part in authentication by LDAP, for which the AuthType line is refused.',
  }),
});
