import { modSubstitute as catalogue } from '../../../grammar/catalogue/mod_substitute.ts';
import { defineModule } from '../module.ts';
import { matching } from './checks.ts';
import { tunes, unserved } from './unserved.ts';

export const modSubstitute = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    tunes('substitution'),
    {
      Substitute: { notServed: 'Response bodies are not edited.' },
    },
    {
      SubstituteMaxLineLength: matching(
        /^[0-9]+[bkmg]?$/i,
        "SubstituteMaxLineLength must be a non-negative integer optionally suffixed with 'b', 'k', 'm' or 'g'.",
      ),
      Substitute: matching(/^s(.)[^]*?\1[^]*?\1[^]*$/i, 'Bad Substitute format, must be an s/// pattern'),
    },
  ),
});
