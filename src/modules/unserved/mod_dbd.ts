import { modDbd as catalogue } from '../../../grammar/catalogue/mod_dbd.ts';
import { defineModule } from '../module.ts';
import { tunes, unserved } from './unserved.ts';

export const modDbd = defineModule(catalogue, {
  directives: unserved(catalogue, tunes('the database connections of modules')),
});
