import { modLogForensic as catalogue } from '../../../grammar/catalogue/mod_log_forensic.ts';
import { defineModule } from '../module.ts';
import { unserved } from './unserved.ts';

export const modLogForensic = defineModule(catalogue, {
  directives: unserved(catalogue, { notServed: 'The forensic log is not written.' }),
});
