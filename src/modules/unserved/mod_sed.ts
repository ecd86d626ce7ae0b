import { modSed as catalogue } from '../../../grammar/catalogue/mod_sed.ts';
import { defineModule } from '../module.ts';
import { unserved } from './unserved.ts';

export const modSed = defineModule(catalogue, {
  directives: unserved(catalogue, { notServed: 'Bodies are not edited.' }),
});
