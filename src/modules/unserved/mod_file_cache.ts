import { modFileCache as catalogue } from '../../../grammar/catalogue/mod_file_cache.ts';
import { defineModule } from '../module.ts';
import { unserved } from './unserved.ts';

export const modFileCache = defineModule(catalogue, {
  directives: unserved(catalogue, { accepted: 'Files are read from the disk when they are asked for.' }),
});
