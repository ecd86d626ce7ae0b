import { modSession as catalogue } from '../../../grammar/catalogue/mod_session.ts';
import { defineModule } from '../module.ts';
import { number } from './checks.ts';
import { isOn, tunes, unserved } from './unserved.ts';

export const modSession = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    tunes('sessions'),
    {
      Session: { notServed: 'No session is kept.', matters: isOn },
    },
    {
      SessionExpiryUpdateInterval: number(
        'SessionExpiryUpdateInterval must be zero (disable) or a positive value',
        0,
      ),
    },
  ),
});
