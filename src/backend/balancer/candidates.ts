import { STATUS } from '../worker-status.ts';
import type { Worker } from '../worker.ts';
import { retryMember } from './error-state.ts';

/**
 * The members to choose from: those of the lowest lbset that has any. Spares stand in for as many members as are out
 * of use; standbys only when there is nobody else. Stricter than httpd: a member that was in error is tried by one
 * request at a time, so that a backend which swallows connections does not swallow every request's time again.
 *
 * @returns in the order in which they are offered; empty: no member is usable
 * @source httpd modules/proxy/proxy_util.c, `ap_proxy_balancer_get_best_worker`
 */
export function findCandidates(members: readonly Worker[], nowMs: number): readonly Worker[] {
  const lbsets = [...new Set(members.map((member) => member.lbset))].sort((a, b) => a - b);
  for (const lbset of lbsets) {
    const offered = candidatesOf(
      members.filter((member) => member.lbset === lbset),
      nowMs,
    );
    if (offered.length > 0) return offered;
  }
  return [];
}

function candidatesOf(members: readonly Worker[], nowMs: number): readonly Worker[] {
  const regular: Worker[] = [];
  const spares: Worker[] = [];
  const standbys: Worker[] = [];
  const tried: Worker[] = [];
  let unusable = 0;
  for (const member of members) {
    const isExtra = member.has(STATUS.hotSpare) || member.has(STATUS.hotStandby);
    if (member.has(STATUS.draining)) {
      if (!isExtra) unusable += 1;
      continue;
    }
    if (!member.isUsable) retryMember(member, nowMs);
    if (member.isUsable && member.isOnTrial && member.busy > 0) {
      tried.push(member);
      if (!isExtra) unusable += 1;
    } else if (member.isUsable) {
      const list = member.has(STATUS.hotSpare) ? spares : member.has(STATUS.hotStandby) ? standbys : regular;
      list.push(member);
    } else if (!isExtra) {
      unusable += 1;
    }
  }
  const offered = [...regular, ...spares.slice(0, unusable)];
  if (offered.length > 0) return offered;
  return standbys.length > 0 ? standbys : tried;
}
