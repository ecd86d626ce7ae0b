import { modHttp2 as catalogue } from '../../../grammar/catalogue/mod_http2.ts';
import { defineModule } from '../module.ts';
import { tunes, unserved } from './unserved.ts';

export const modHttp2 = defineModule(catalogue, {
  directives: unserved(catalogue, tunes('HTTP/2')),
});
