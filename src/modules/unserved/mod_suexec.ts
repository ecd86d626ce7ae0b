import { modSuexec as catalogue } from '../../../grammar/catalogue/mod_suexec.ts';
import { defineModule } from '../module.ts';
import { unserved } from './unserved.ts';

export const modSuexec = defineModule(catalogue, {
  directives: unserved(catalogue, { accepted: 'No programs are run.' }),
});
