import { modProxyFdpass as catalogue } from '../../grammar/catalogue/mod_proxy_fdpass.ts';
import { defineModule } from './module.ts';

/** Passes client sockets on. The gateway does not. */
export const modProxyFdpass = defineModule(catalogue, { directives: {} });
