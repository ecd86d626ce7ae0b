import { modImagemap as catalogue } from '../../../grammar/catalogue/mod_imagemap.ts';
import { defineModule } from '../module.ts';
import { tunes, unserved } from './unserved.ts';

export const modImagemap = defineModule(catalogue, {
  directives: unserved(catalogue, tunes('image maps')),
});
