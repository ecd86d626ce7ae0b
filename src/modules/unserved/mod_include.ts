import { modInclude as catalogue } from '../../../grammar/catalogue/mod_include.ts';
import { defineModule } from '../module.ts';
import { oneOf } from './checks.ts';
import { tunes, unserved } from './unserved.ts';

export const modInclude = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    tunes('server-side includes'),
    {
      XBitHack: { notServed: 'Server-side includes are not carried out: the file is sent as it is.' },
    },
    {
      XBitHack: oneOf('XBitHack must be set to Off, On, or Full', 'off', 'on', 'full'),
    },
  ),
});
