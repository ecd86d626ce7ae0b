import { modCacheDisk as catalogue } from '../../../grammar/catalogue/mod_cache_disk.ts';
import { defineModule } from '../module.ts';
import { tunes, unserved } from './unserved.ts';

export const modCacheDisk = defineModule(catalogue, {
  directives: unserved(catalogue, tunes('the cache')),
});
