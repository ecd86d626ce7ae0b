import { modProxyBalancer as catalogue } from '../../grammar/catalogue/mod_proxy_balancer.ts';
import { defineModule } from './module.ts';

/** Balancers; their directives belong to mod_proxy, the choice of a member is in `backend/balancer`. */
export const modProxyBalancer = defineModule(catalogue, { directives: {} });
