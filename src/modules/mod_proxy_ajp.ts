import { modProxyAjp as catalogue } from '../../grammar/catalogue/mod_proxy_ajp.ts';
import { defineModule } from './module.ts';

/** AJP backends. The gateway speaks FastCGI only: requests for one are answered with 500, as without this module. */
export const modProxyAjp = defineModule(catalogue, { directives: {} });
