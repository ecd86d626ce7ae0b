import { modLbmethodBybusyness as catalogue } from '../../grammar/catalogue/mod_lbmethod_bybusyness.ts';
import { defineModule } from './module.ts';

/** Provides `lbmethod=bybusyness`; the method itself is in `backend/balancer`. */
export const modLbmethodBybusyness = defineModule(catalogue, { directives: {} });
