import { modInfo as catalogue } from '../../../grammar/catalogue/mod_info.ts';
import { defineModule } from '../module.ts';
import { tunes, unserved } from './unserved.ts';

export const modInfo = defineModule(catalogue, {
  directives: unserved(catalogue, tunes('the server-info page')),
});
