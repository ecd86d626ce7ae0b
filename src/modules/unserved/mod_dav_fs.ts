import { modDavFs as catalogue } from '../../../grammar/catalogue/mod_dav_fs.ts';
import { defineModule } from '../module.ts';
import { tunes, unserved } from './unserved.ts';

export const modDavFs = defineModule(catalogue, {
  directives: unserved(catalogue, tunes('WebDAV')),
});
