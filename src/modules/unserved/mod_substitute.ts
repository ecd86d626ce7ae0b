import { modSubstitute as catalogue } from '../../../grammar/catalogue/mod_substitute.ts';
import { defineModule } from '../module.ts';
import { tunes, unserved } from './unserved.ts';

export const modSubstitute = defineModule(catalogue, {
  directives: unserved(catalogue, tunes('substitution'), {
    Substitute: { notServed: 'Response bodies are not edited.' },
  }),
});
