import { modNegotiation as catalogue } from '../../grammar/catalogue/mod_negotiation.ts';
import { defineModule } from './module.ts';
import { tunes, unserved } from './unserved/unserved.ts';

/** Content negotiation. */
export const modNegotiation = defineModule(catalogue, {
  directives: unserved(catalogue, tunes('negotiation')),
});
