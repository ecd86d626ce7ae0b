import { modCernMeta as catalogue } from '../../../grammar/catalogue/mod_cern_meta.ts';
import { defineModule } from '../module.ts';
import { isOn, tunes, unserved } from './unserved.ts';

export const modCernMeta = defineModule(catalogue, {
  directives: unserved(catalogue, tunes('the reading of header files'), {
    MetaFiles: { notServed: 'Headers of meta files are not sent.', matters: isOn },
  }),
});
