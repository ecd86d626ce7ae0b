import { modExtFilter as catalogue } from '../../../grammar/catalogue/mod_ext_filter.ts';
import { defineModule } from '../module.ts';
import { eachMatching } from './checks.ts';
import { defineName } from './names.ts';
import { tunes, unserved } from './unserved.ts';

export const modExtFilter = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    tunes('external filters'),
    {
      ExtFilterDefine: { notServed: 'Bodies do not pass through the external program.' },
    },
    {
      ExtFilterOptions: eachMatching(
        /^(?:(?:no)?logstderr|onfail=(?:abort|remove)|debuglevel=.*)$/i,
        'Invalid ExtFilterOptions option: {}',
      ),
      ExtFilterDefine: (ctx, node) =>
        node.args[0] && defineName(ctx, 'filterProvider', node.args[0].text.toLowerCase()),
    },
  ),
});
