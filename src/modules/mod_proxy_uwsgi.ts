import { modProxyUwsgi as catalogue } from '../../grammar/catalogue/mod_proxy_uwsgi.ts';
import { defineModule } from './module.ts';

/** uwsgi backends. The gateway speaks FastCGI only: requests for one are answered with 500, as without this module. */
export const modProxyUwsgi = defineModule(catalogue, { directives: {} });
