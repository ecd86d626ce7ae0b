import { modHeartmonitor as catalogue } from '../../../grammar/catalogue/mod_heartmonitor.ts';
import { defineModule } from '../module.ts';
import { tunes, unserved } from './unserved.ts';

export const modHeartmonitor = defineModule(catalogue, {
  directives: unserved(catalogue, tunes('heartbeats'), {
    HeartbeatListen: { notServed: 'Heartbeats of other servers are not listened to.' },
  }),
});
