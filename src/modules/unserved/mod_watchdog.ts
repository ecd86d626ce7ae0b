import { modWatchdog as catalogue } from '../../../grammar/catalogue/mod_watchdog.ts';
import { defineModule } from '../module.ts';
import { time } from './checks.ts';
import { unserved } from './unserved.ts';

export const modWatchdog = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { accepted: 'Timers are those of the runtime.' },
    {},
    {
      WatchdogInterval: time('Unparse-able WatchdogInterval setting'),
    },
  ),
});
