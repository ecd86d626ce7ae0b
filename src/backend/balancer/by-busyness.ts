import type { Worker } from '../worker.ts';

/**
 * The member with the fewest requests in flight; among equals the one whose turn it is by weight.
 *
 * @source httpd modules/proxy/balancers/mod_lbmethod_bybusyness.c
 */
export function byBusyness(offered: readonly Worker[]): Worker | undefined {
  let best: Worker | undefined;
  let total = 0;
  for (const member of offered) {
    member.lbstatus += member.lbfactor;
    total += member.lbfactor;
    if (best === undefined || member.busy < best.busy) best = member;
    else if (member.busy === best.busy && member.lbstatus > best.lbstatus) best = member;
  }
  if (best !== undefined) best.lbstatus -= total;
  return best;
}
