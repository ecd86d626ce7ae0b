import { modAuthBasic as catalogue } from '../../../grammar/catalogue/mod_auth_basic.ts';
import { defineModule } from '../module.ts';
import { unserved } from './unserved.ts';

export const modAuthBasic = defineModule(catalogue, {
  directives: unserved(catalogue, {
    accepted: 'Takes part in authentication, for which the AuthType line is refused.',
  }),
});
