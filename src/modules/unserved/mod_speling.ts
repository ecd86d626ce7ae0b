import { modSpeling as catalogue } from '../../../grammar/catalogue/mod_speling.ts';
import { defineModule } from '../module.ts';
import { isOn, tunes, unserved } from './unserved.ts';

export const modSpeling = defineModule(catalogue, {
  directives: unserved(catalogue, tunes('spelling correction'), {
    CheckSpelling: { notServed: 'Misspelt URLs are not corrected: they answer 404.', matters: isOn },
  }),
});
