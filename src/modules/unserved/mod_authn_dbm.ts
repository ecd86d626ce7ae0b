import { modAuthnDbm as catalogue } from '../../../grammar/catalogue/mod_authn_dbm.ts';
import { defineModule } from '../module.ts';
import { unserved } from './unserved.ts';

export const modAuthnDbm = defineModule(catalogue, {
  directives: unserved(catalogue, {
    accepted: 'Takes part in authentication, for which the AuthType line is refused.',
  }),
});
