import { modReflector as catalogue } from '../../../grammar/catalogue/mod_reflector.ts';
import { defineModule } from '../module.ts';
import { tunes, unserved } from './unserved.ts';

export const modReflector = defineModule(catalogue, {
  directives: unserved(catalogue, tunes('the reflector')),
});
