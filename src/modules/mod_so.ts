import { modSo as catalogue } from '../../grammar/catalogue/mod_so.ts';
import { defineModule } from './module.ts';

/** `LoadModule`, which the loader carries out. */
export const modSo = defineModule(catalogue, {
  directives: {
    LoadModule: { structural: true },
    LoadFile: { accepted: 'No shared library is loaded.' },
  },
});
