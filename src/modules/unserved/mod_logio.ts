import { modLogio as catalogue } from '../../../grammar/catalogue/mod_logio.ts';
import { defineModule } from '../module.ts';
import { unserved } from './unserved.ts';

export const modLogio = defineModule(catalogue, {
  directives: unserved(catalogue, {
    notServed: 'The time to the first byte is not measured: %^FB logs a dash.',
  }),
});
