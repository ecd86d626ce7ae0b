import { modLbmethodHeartbeat as catalogue } from '../../grammar/catalogue/mod_lbmethod_heartbeat.ts';
import { defineModule } from './module.ts';

/** Provides `lbmethod=heartbeat`; the gateway hears no heartbeats and balances by requests. */
export const modLbmethodHeartbeat = defineModule(catalogue, {
  directives: {
    HeartbeatStorage: { notServed: 'heartbeats are not read: lbmethod=heartbeat balances by requests' },
  },
});
