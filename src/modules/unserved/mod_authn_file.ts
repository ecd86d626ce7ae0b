import { modAuthnFile as catalogue } from '../../../grammar/catalogue/mod_authn_file.ts';
import { defineModule } from '../module.ts';
import { unserved } from './unserved.ts';

export const modAuthnFile = defineModule(catalogue, {
  directives: unserved(catalogue, {
    accepted: 'Takes part in authentication, for which the AuthType line is refused.',
  }),
});
