import { modHeartmonitor as catalogue } from '../../../grammar/catalogue/mod_heartmonitor.ts';
import { atoi, firstArg } from '../core/bind-checks.ts';
import { defineModule } from '../module.ts';
import { globalOnly, matching } from './checks.ts';
import { tunes, unserved } from './unserved.ts';

export const modHeartmonitor = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    tunes('heartbeats'),
    {
      HeartbeatListen: { notServed: 'Heartbeats of other servers are not listened to.' },
    },
    {
      HeartbeatListen: matching(/^[^:]+:[0-9]+$/, 'HeartbeatListen: No port provided in multicast address'),
      HeartbeatStorage: globalOnly,
      HeartbeatMaxServers: (ctx, node) => {
        const count = atoi(firstArg(node).text);
        if (count !== 0 && count < 10) {
          ctx.error(
            node,
            'HeartbeatMaxServers: Should be 0 for file storage, or greater or equal than 10 for slotmem',
          );
        }
      },
    },
  ),
});
