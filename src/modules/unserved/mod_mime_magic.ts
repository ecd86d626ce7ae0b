import { modMimeMagic as catalogue } from '../../../grammar/catalogue/mod_mime_magic.ts';
import { defineModule } from '../module.ts';
import { unserved } from './unserved.ts';

export const modMimeMagic = defineModule(catalogue, {
  directives: unserved(catalogue, {
    notServed: 'Files without a known extension get no type from their content.',
  }),
});
