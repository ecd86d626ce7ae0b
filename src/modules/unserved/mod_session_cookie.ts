import { modSessionCookie as catalogue } from '../../../grammar/catalogue/mod_session_cookie.ts';
import { defineModule } from '../module.ts';
import { tunes, unserved } from './unserved.ts';

export const modSessionCookie = defineModule(catalogue, {
  directives: unserved(catalogue, tunes('sessions')),
});
