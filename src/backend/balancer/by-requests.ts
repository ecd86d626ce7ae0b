import type { Worker } from '../worker.ts';

/**
 * The member that has served the fewest requests for its weight: each offer raises a member by its weight, the
 * chosen one pays for all.
 *
 * @source httpd modules/proxy/balancers/mod_lbmethod_byrequests.c
 */
export function byRequests(offered: readonly Worker[]): Worker | undefined {
  let best: Worker | undefined;
  let total = 0;
  for (const member of offered) {
    member.lbstatus += member.lbfactor;
    total += member.lbfactor;
    if (best === undefined || member.lbstatus > best.lbstatus) best = member;
  }
  if (best !== undefined) best.lbstatus -= total;
  return best;
}
