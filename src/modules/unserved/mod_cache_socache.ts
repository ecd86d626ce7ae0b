import { modCacheSocache as catalogue } from '../../../grammar/catalogue/mod_cache_socache.ts';
import { defineModule } from '../module.ts';
import { tunes, unserved } from './unserved.ts';

export const modCacheSocache = defineModule(catalogue, {
  directives: unserved(catalogue, tunes('the cache')),
});
