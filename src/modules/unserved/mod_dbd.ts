import { modDbd as catalogue } from '../../../grammar/catalogue/mod_dbd.ts';
import { defineModule } from '../module.ts';
import { digits } from './checks.ts';
import { tunes, unserved } from './unserved.ts';

export const modDbd = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    tunes('the database connections of modules'),
    {},
    {
      DBDMin: digits('Argument must be numeric!'),
      DBDKeep: digits('Argument must be numeric!'),
      DBDMax: digits('Argument must be numeric!'),
      DBDExptime: digits('Argument must be numeric!'),
    },
  ),
});
