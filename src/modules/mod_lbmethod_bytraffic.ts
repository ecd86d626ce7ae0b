import { modLbmethodBytraffic as catalogue } from '../../grammar/catalogue/mod_lbmethod_bytraffic.ts';
import { defineModule } from './module.ts';

/** Provides `lbmethod=bytraffic`; the method itself is in `backend/balancer`. */
export const modLbmethodBytraffic = defineModule(catalogue, { directives: {} });
