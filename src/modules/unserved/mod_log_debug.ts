import { modLogDebug as catalogue } from '../../../grammar/catalogue/mod_log_debug.ts';
import { defineModule } from '../module.ts';
import { expression } from './checks.ts';
import { unserved } from './unserved.ts';

export const modLogDebug = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { notServed: 'The message is not logged.' },
    {},
    {
      LogMessage: expression(0, "Could not parse message expression '{}': "),
    },
  ),
});
