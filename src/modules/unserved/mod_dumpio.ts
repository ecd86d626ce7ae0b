import { modDumpio as catalogue } from '../../../grammar/catalogue/mod_dumpio.ts';
import { defineModule } from '../module.ts';
import { isOn, unserved } from './unserved.ts';

export const modDumpio = defineModule(catalogue, {
  directives: unserved(catalogue, {
    notServed: 'Input and output are not written to the error log.',
    matters: isOn,
  }),
});
