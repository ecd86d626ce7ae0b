import { modBrotli as catalogue } from '../../../grammar/catalogue/mod_brotli.ts';
import { defineModule } from '../module.ts';
import { unserved } from './unserved.ts';

export const modBrotli = defineModule(catalogue, {
  directives: unserved(catalogue, {
    accepted: 'Responses are not compressed; the line that adds the filter says so.',
  }),
});
