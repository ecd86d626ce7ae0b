import { modXml2enc as catalogue } from '../../../grammar/catalogue/mod_xml2enc.ts';
import { defineModule } from '../module.ts';
import { tunes, unserved } from './unserved.ts';

export const modXml2enc = defineModule(catalogue, {
  directives: unserved(catalogue, tunes('recoding')),
});
