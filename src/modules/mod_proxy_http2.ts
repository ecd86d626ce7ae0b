import { modProxyHttp2 as catalogue } from '../../grammar/catalogue/mod_proxy_http2.ts';
import { defineModule } from './module.ts';

/** HTTP/2 backends. The gateway speaks FastCGI only: requests for one are answered with 500, as without this module. */
export const modProxyHttp2 = defineModule(catalogue, { directives: {} });
