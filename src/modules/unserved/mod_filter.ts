import { modFilter as catalogue } from '../../../grammar/catalogue/mod_filter.ts';
import { defineModule } from '../module.ts';
import { tunes, unserved } from './unserved.ts';

export const modFilter = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { notServed: 'The filters are not applied to responses.' },
    {
      FilterDeclare: {
        accepted: 'Declares a filter; the line that adds it to the chain says that it is not applied.',
      },
      FilterProvider: {
        accepted: 'Describes a filter; the line that adds it to the chain says that it is not applied.',
      },
      FilterTrace: tunes('smart filters'),
      FilterProtocol: tunes('smart filters'),
    },
    {
      AddOutputFilterByType: (ctx, node) =>
        node.args.length < 2 && ctx.error(node, 'AddOutputFilterByType requires at least two arguments'),
    },
  ),
});
