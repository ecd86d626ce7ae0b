import { modVersion as catalogue } from '../../grammar/catalogue/mod_version.ts';
import { defineModule } from './module.ts';

/** `<IfVersion>`, which the loader decides. */
export const modVersion = defineModule(catalogue, { directives: { '<IfVersion': { structural: true } } });
