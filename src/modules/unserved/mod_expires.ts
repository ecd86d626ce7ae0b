import { modExpires as catalogue } from '../../../grammar/catalogue/mod_expires.ts';
import { defineModule } from '../module.ts';
import { isOn, unserved } from './unserved.ts';

export const modExpires = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { accepted: 'Takes effect through ExpiresActive.' },
    {
      ExpiresActive: { notServed: 'Responses get no Expires and no Cache-Control: max-age.', matters: isOn },
    },
  ),
});
