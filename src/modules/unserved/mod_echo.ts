import { modEcho as catalogue } from '../../../grammar/catalogue/mod_echo.ts';
import { defineModule } from '../module.ts';
import { isOn, unserved } from './unserved.ts';

export const modEcho = defineModule(catalogue, {
  directives: unserved(catalogue, { notServed: 'The port does not echo, it answers HTTP.', matters: isOn }),
});
