import { modBuffer as catalogue } from '../../../grammar/catalogue/mod_buffer.ts';
import { defineModule } from '../module.ts';
import { number } from './checks.ts';
import { unserved } from './unserved.ts';

export const modBuffer = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { accepted: 'Bodies are passed on as they come; the BUFFER filter is not there.' },
    {},
    {
      BufferSize: number('BufferSize must be a size in bytes, and greater than zero', 1),
    },
  ),
});
