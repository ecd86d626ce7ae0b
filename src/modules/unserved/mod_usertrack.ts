import { modUsertrack as catalogue } from '../../../grammar/catalogue/mod_usertrack.ts';
import { defineModule } from '../module.ts';
import { isOn, tunes, unserved } from './unserved.ts';

export const modUsertrack = defineModule(catalogue, {
  directives: unserved(catalogue, tunes('visitor cookies'), {
    CookieTracking: { notServed: 'Visitors get no tracking cookie.', matters: isOn },
  }),
});
