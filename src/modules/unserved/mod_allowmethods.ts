import { modAllowmethods as catalogue } from '../../../grammar/catalogue/mod_allowmethods.ts';
import { defineModule } from '../module.ts';

export const modAllowmethods = defineModule(catalogue, {
  directives: {
    AllowMethods: {
      notServed: 'Methods are not limited.',
      matters: (node) => node.args[0]?.text.toLowerCase() !== 'reset',
      security: true,
    },
  },
});
