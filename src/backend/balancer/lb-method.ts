import type { Worker } from '../worker.ts';
import type { LbMethodName } from './balancer-settings.ts';
import { byBusyness } from './by-busyness.ts';
import { byRequests } from './by-requests.ts';
import { byTraffic } from './by-traffic.ts';

/**
 * Picks one of the members on offer, and moves their counters. The first of equals wins.
 *
 * @param offered usable members in config order, at least one
 */
export type LbMethod = (offered: readonly Worker[]) => Worker | undefined;

export const LB_METHODS: Readonly<Record<LbMethodName, LbMethod>> = {
  byrequests: byRequests,
  bytraffic: byTraffic,
  bybusyness: byBusyness,
};
