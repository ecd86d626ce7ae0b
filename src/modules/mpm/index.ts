import { mpmEvent as eventCatalogue } from '../../../grammar/catalogue/mpm_event.ts';
import { mpmPrefork as preforkCatalogue } from '../../../grammar/catalogue/mpm_prefork.ts';
import { mpmWorker as workerCatalogue } from '../../../grammar/catalogue/mpm_worker.ts';
import type { GatewayPlan } from '../../pipeline/server.ts';
import { defineModule } from '../module.ts';
import {
  eventDirectives,
  listenDirectives,
  preforkDirectives,
  threadDirectives,
  type MpmConfig,
} from './directives.ts';

const serverConfig = { createServerConfig: (): MpmConfig => ({ listeners: [] }) };

/* The MPMs differ in how httpd shares its work out; here they are three names for the same directives. */

export const mpmEvent = defineModule(eventCatalogue, {
  directives: { ...listenDirectives, ...threadDirectives, ...eventDirectives },
  ...serverConfig,
});
export const mpmWorker = defineModule(workerCatalogue, {
  directives: { ...listenDirectives, ...threadDirectives },
  ...serverConfig,
});
export const mpmPrefork = defineModule(preforkCatalogue, {
  directives: { ...listenDirectives, ...preforkDirectives },
  ...serverConfig,
});

/** What the loaded MPM was told: listeners, backlog, time for a graceful stop. */
export function mpmConfig(plan: GatewayPlan): MpmConfig {
  const loaded = [mpmEvent, mpmWorker, mpmPrefork].find((module) => plan.modules.has(module.name));
  return loaded === undefined ? { listeners: [] } : loaded.server(plan.mainServer);
}
