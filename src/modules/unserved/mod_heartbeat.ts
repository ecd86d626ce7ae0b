import { modHeartbeat as catalogue } from '../../../grammar/catalogue/mod_heartbeat.ts';
import { defineModule } from '../module.ts';
import { matching } from './checks.ts';
import { unserved } from './unserved.ts';

export const modHeartbeat = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { notServed: 'No heartbeat is sent.' },
    {},
    {
      HeartbeatAddress: matching(/^[^:]+:[0-9]+$/, 'HeartbeatAddress: No port provided in address'),
    },
  ),
});
