import { modCaseFilterIn as catalogue } from '../../../grammar/catalogue/mod_case_filter_in.ts';
import { defineModule } from '../module.ts';
import { isOn, unserved } from './unserved.ts';

export const modCaseFilterIn = defineModule(catalogue, {
  directives: unserved(catalogue, {
    notServed: 'Request bodies are not changed to upper case.',
    matters: isOn,
  }),
});
