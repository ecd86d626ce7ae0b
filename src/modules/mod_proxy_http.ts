import { modProxyHttp as catalogue } from '../../grammar/catalogue/mod_proxy_http.ts';
import { defineModule } from './module.ts';

/** HTTP backends. The gateway speaks FastCGI only: requests for one are answered with 500, as without this module. */
export const modProxyHttp = defineModule(catalogue, { directives: {} });
