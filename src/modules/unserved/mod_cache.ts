import { modCache as catalogue } from '../../../grammar/catalogue/mod_cache.ts';
import { defineModule } from '../module.ts';
import { tunes, unserved } from './unserved.ts';

export const modCache = defineModule(catalogue, {
  directives: unserved(catalogue, tunes('the cache'), {
    CacheEnable: { notServed: 'Nothing is cached: every request goes to its handler.' },
  }),
});
