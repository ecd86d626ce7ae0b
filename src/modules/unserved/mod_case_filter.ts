import { modCaseFilter as catalogue } from '../../../grammar/catalogue/mod_case_filter.ts';
import { defineModule } from '../module.ts';
import { isOn, unserved } from './unserved.ts';

export const modCaseFilter = defineModule(catalogue, {
  directives: unserved(catalogue, { notServed: 'Responses are not changed to upper case.', matters: isOn }),
});
