import { modAuthzDbd as catalogue } from '../../../grammar/catalogue/mod_authz_dbd.ts';
import { defineModule } from '../module.ts';
import { unserved } from './unserved.ts';

export const modAuthzDbd = defineModule(catalogue, {
  directives: unserved(catalogue, {
    accepted: 'Takes part in authorisation by database, which Require refuses.',
  }),
});
