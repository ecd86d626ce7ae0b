import { modLbmethodByrequests as catalogue } from '../../grammar/catalogue/mod_lbmethod_byrequests.ts';
import { defineModule } from './module.ts';

/** Provides `lbmethod=byrequests`; the method itself is in `backend/balancer`. */
export const modLbmethodByrequests = defineModule(catalogue, { directives: {} });
