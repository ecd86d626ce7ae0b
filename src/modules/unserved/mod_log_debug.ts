import { modLogDebug as catalogue } from '../../../grammar/catalogue/mod_log_debug.ts';
import { defineModule } from '../module.ts';
import { unserved } from './unserved.ts';

export const modLogDebug = defineModule(catalogue, {
  directives: unserved(catalogue, { notServed: 'The message is not logged.' }),
});
