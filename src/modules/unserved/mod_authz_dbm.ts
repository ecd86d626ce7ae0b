import { modAuthzDbm as catalogue } from '../../../grammar/catalogue/mod_authz_dbm.ts';
import { defineModule } from '../module.ts';
import { unserved } from './unserved.ts';

export const modAuthzDbm = defineModule(catalogue, {
  directives: unserved(catalogue, {
    accepted: 'Takes part in authentication, for which the AuthType line is refused.',
  }),
});
