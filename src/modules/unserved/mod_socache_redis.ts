import { modSocacheRedis as catalogue } from '../../../grammar/catalogue/mod_socache_redis.ts';
import { defineModule } from '../module.ts';
import { time } from './checks.ts';
import { tunes, unserved } from './unserved.ts';

export const modSocacheRedis = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    tunes('the shared object cache'),
    {},
    {
      RedisConnPoolTTL: time('RedisConnPoolTTL has wrong format'),
      RedisTimeout: time('RedisTimeout has wrong format'),
    },
  ),
});
