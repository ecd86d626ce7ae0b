import { modLbmethodHeartbeat as catalogue } from '../../grammar/catalogue/mod_lbmethod_heartbeat.ts';
import { isForbidden } from './core/bind-checks.ts';
import { defineModule } from './module.ts';

/** Provides `lbmethod=heartbeat`; the gateway hears no heartbeats and balances by requests. */
export const modLbmethodHeartbeat = defineModule(catalogue, {
  directives: {
    HeartbeatStorage: {
      notServed: 'heartbeats are not read: lbmethod=heartbeat balances by requests',
      bind: (ctx, node) => isForbidden(ctx, node, 'globalOnly'),
    },
  },
});
