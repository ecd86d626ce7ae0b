import { modIdent as catalogue } from '../../../grammar/catalogue/mod_ident.ts';
import { defineModule } from '../module.ts';
import { isOn, tunes, unserved } from './unserved.ts';

export const modIdent = defineModule(catalogue, {
  directives: unserved(catalogue, tunes('the ident look-up'), {
    IdentityCheck: { notServed: 'Clients are not asked for their ident name.', matters: isOn },
  }),
});
