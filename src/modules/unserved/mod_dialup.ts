import { modDialup as catalogue } from '../../../grammar/catalogue/mod_dialup.ts';
import { defineModule } from '../module.ts';
import { oneOf } from './checks.ts';
import { unserved } from './unserved.ts';

export const modDialup = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { notServed: 'Responses are not slowed down to the speed of a modem.' },
    {},
    {
      ModemStandard: oneOf(
        'mod_dialup: Unknown Modem Standard specified.',
        'v.21',
        'v.26bis',
        'v.32',
        'v.34',
        'v.92',
        'v.29',
        'v.32bis',
      ),
    },
  ),
});
