import { modCacheDisk as catalogue } from '../../../grammar/catalogue/mod_cache_disk.ts';
import { defineModule } from '../module.ts';
import { number } from './checks.ts';
import { tunes, unserved } from './unserved.ts';

export const modCacheDisk = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    tunes('the cache'),
    {},
    {
      CacheDirLevels: number('CacheDirLevels value must be an integer greater than 0', 1),
      CacheDirLength: number('CacheDirLength value must be an integer greater than 0', 1),
      CacheMinFileSize: number(
        'CacheMinFileSize argument must be a non-negative integer representing the min size of a file to cache in bytes.',
        0,
      ),
      CacheMaxFileSize: number(
        'CacheMaxFileSize argument must be a non-negative integer representing the max size of a file to cache in bytes.',
        0,
      ),
      CacheReadSize: number('CacheReadSize argument must be a non-negative integer.', 0),
      CacheReadTime: number('CacheReadTime argument must be a non-negative integer.', 0),
    },
  ),
});
