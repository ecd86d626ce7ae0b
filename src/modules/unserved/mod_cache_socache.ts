import { modCacheSocache as catalogue } from '../../../grammar/catalogue/mod_cache_socache.ts';
import { defineModule } from '../module.ts';
import { matching, number } from './checks.ts';
import { tunes, unserved } from './unserved.ts';

export const modCacheSocache = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    tunes('the cache'),
    {},
    {
      CacheSocache: matching(
        /^(?:shmcb|dbm|memcache|redis|default)(?::|$)/,
        "Unknown socache provider '{}'.",
      ),
      CacheSocacheMaxTime: number(
        'CacheSocacheMaxTime argument must be the maximum amount of time in seconds to cache an entry.',
        0,
      ),
      CacheSocacheMinTime: number(
        'CacheSocacheMinTime argument must be the minimum amount of time in seconds to cache an entry.',
        0,
      ),
      CacheSocacheReadSize: number('CacheSocacheReadSize argument must be a non-negative integer.', 0),
      CacheSocacheReadTime: number('CacheSocacheReadTime argument must be a non-negative integer.', 0),
      CacheSocacheMaxSize: number(
        'CacheSocacheMaxSize argument must be a integer representing the max size of a cached entry (headers and body), at least 1024',
        1024,
      ),
    },
  ),
});
