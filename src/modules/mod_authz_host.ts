import { modAuthzHost as catalogue } from '../../grammar/catalogue/mod_authz_host.ts';
import { defineModule } from './module.ts';

/** `Require ip`, `host`, `forward-dns` and `local`; mod_authz_core asks for them by name. */
export const modAuthzHost = defineModule(catalogue, { directives: {} });
