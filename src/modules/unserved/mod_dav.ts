import { modDav as catalogue } from '../../../grammar/catalogue/mod_dav.ts';
import { defineModule } from '../module.ts';
import { number, oneOf } from './checks.ts';
import { tunes, unserved } from './unserved.ts';

export const modDav = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    tunes('WebDAV'),
    {
      DAV: { notServed: 'WebDAV methods are not understood: they answer 405.' },
    },
    {
      DAV: oneOf('Unknown DAV provider: {}', 'on', 'off', 'filesystem'),
      DAVMinTimeout: number('DAVMinTimeout requires a non-negative integer.', 0),
    },
  ),
});
