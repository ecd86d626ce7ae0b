import { modSocacheMemcache as catalogue } from '../../../grammar/catalogue/mod_socache_memcache.ts';
import { defineModule } from '../module.ts';
import { time } from './checks.ts';
import { tunes, unserved } from './unserved.ts';

export const modSocacheMemcache = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    tunes('the shared object cache'),
    {},
    {
      MemcacheConnTTL: time('MemcacheConnTTL has wrong format'),
    },
  ),
});
