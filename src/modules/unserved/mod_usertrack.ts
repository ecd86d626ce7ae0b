import { modUsertrack as catalogue } from '../../../grammar/catalogue/mod_usertrack.ts';
import { defineModule } from '../module.ts';
import { all, matching, oneOf } from './checks.ts';
import { isOn, tunes, unserved } from './unserved.ts';

export const modUsertrack = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    tunes('visitor cookies'),
    {
      CookieTracking: { notServed: 'Visitors get no tracking cookie.', matters: isOn },
    },
    {
      CookieExpires: matching(/^(?:[0-9]|"?[0-9])/, 'bad expires code, numeric value expected.'),
      CookieDomain: all(
        matching(/^\./, 'CookieDomain values must begin with a dot'),
        matching(/^\..*\./, 'CookieDomain values must contain at least one embedded dot'),
      ),
      CookieStyle: oneOf(
        "Invalid CookieStyle keyword: '{}'",
        'netscape',
        'cookie',
        'cookie2',
        'rfc2109',
        'rfc2965',
      ),
      CookieSameSite: oneOf("CookieSameSite accepts 'Strict', 'Lax', or 'None'", 'strict', 'lax', 'none'),
    },
  ),
});
