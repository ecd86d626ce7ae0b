import { modDeflate as catalogue } from '../../../grammar/catalogue/mod_deflate.ts';
import { defineModule } from '../module.ts';
import { unserved } from './unserved.ts';

export const modDeflate = defineModule(catalogue, {
  directives: unserved(catalogue, {
    accepted: 'Responses are not compressed; the line that adds the filter says so.',
  }),
});
