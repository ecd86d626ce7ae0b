import { modDialup as catalogue } from '../../../grammar/catalogue/mod_dialup.ts';
import { defineModule } from '../module.ts';
import { unserved } from './unserved.ts';

export const modDialup = defineModule(catalogue, {
  directives: unserved(catalogue, { notServed: 'Responses are not slowed down to the speed of a modem.' }),
});
