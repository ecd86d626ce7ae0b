import { modAuthnSocache as catalogue } from '../../../grammar/catalogue/mod_authn_socache.ts';
import { defineModule } from '../module.ts';
import { all, globalOnly, oneOf } from './checks.ts';
import { unserved } from './unserved.ts';

export const modAuthnSocache = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { accepted: 'Takes part in authentication, for which the AuthType line is refused.' },
    {},
    {
      AuthnCacheEnable: globalOnly,
      AuthnCacheSOCache: all(
        globalOnly,
        oneOf(
          "AuthnCacheSOCache: Unknown socache provider '{}'.",
          'shmcb',
          'dbm',
          'memcache',
          'redis',
          'default',
        ),
      ),
    },
  ),
});
