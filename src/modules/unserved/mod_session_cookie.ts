import { modSessionCookie as catalogue } from '../../../grammar/catalogue/mod_session_cookie.ts';
import { defineModule } from '../module.ts';
import { matching } from './checks.ts';
import { tunes, unserved } from './unserved.ts';

export const modSessionCookie = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    tunes('sessions'),
    {},
    {
      SessionCookieName: matching(/^[^=&]+$/, "SessionCookieName cannot be empty, or contain '=' or '&'."),
      SessionCookieName2: matching(/^[^=&]+$/, "SessionCookieName2 cannot be empty, or contain '=' or '&'."),
    },
  ),
});
