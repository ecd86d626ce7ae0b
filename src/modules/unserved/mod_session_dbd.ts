import { modSessionDbd as catalogue } from '../../../grammar/catalogue/mod_session_dbd.ts';
import { defineModule } from '../module.ts';
import { tunes, unserved } from './unserved.ts';

export const modSessionDbd = defineModule(catalogue, {
  directives: unserved(catalogue, tunes('sessions')),
});
