import type { Worker } from '../worker.ts';

/**
 * The member with the least traffic, in and out, for its weight.
 *
 * @source httpd modules/proxy/balancers/mod_lbmethod_bytraffic.c
 */
export function byTraffic(offered: readonly Worker[]): Worker | undefined {
  let best: Worker | undefined;
  let least = 0;
  for (const member of offered) {
    const traffic =
      Math.floor(member.transferredBytes / member.lbfactor) + Math.floor(member.readBytes / member.lbfactor);
    if (best !== undefined && traffic >= least) continue;
    best = member;
    least = traffic;
  }
  return best;
}
