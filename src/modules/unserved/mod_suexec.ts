import { modSuexec as catalogue } from '../../../grammar/catalogue/mod_suexec.ts';
import { defineModule } from '../module.ts';
import { statOf } from '../../source/stat.ts';
import { unserved } from './unserved.ts';

export const modSuexec = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { accepted: 'No programs are run.' },
    {},
    {
      SuexecUserGroup: (ctx, node) =>
        ctx.mayTouchDisk &&
        !statOf('/usr/lib/apache2/suexec') &&
        ctx.error(
          node,
          'SuexecUserGroup configured, but suEXEC is disabled: Missing suexec binary /usr/lib/apache2/suexec',
        ),
    },
  ),
});
