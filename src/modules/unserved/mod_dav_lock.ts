import { modDavLock as catalogue } from '../../../grammar/catalogue/mod_dav_lock.ts';
import { defineModule } from '../module.ts';
import { tunes, unserved } from './unserved.ts';

export const modDavLock = defineModule(catalogue, {
  directives: unserved(catalogue, tunes('WebDAV')),
});
