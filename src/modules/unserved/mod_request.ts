import { modRequest as catalogue } from '../../../grammar/catalogue/mod_request.ts';
import { defineModule } from '../module.ts';
import { digits } from './checks.ts';
import { unserved } from './unserved.ts';

export const modRequest = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { accepted: 'Request bodies are not kept for filters and authentication forms.' },
    {},
    {
      KeptBodySize: digits('KeptBodySize must be a valid size in bytes, or zero.'),
    },
  ),
});
