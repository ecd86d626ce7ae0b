import { STATUS } from '../worker-status.ts';
import type { Worker } from '../worker.ts';

/** Takes a member out of use until its retry time is over; members that ignore errors stay. */
export function enterErrorState(member: Worker, nowMs: number): void {
  if (member.has(STATUS.ignoreErrors)) return;
  member.status |= STATUS.inError;
  member.isOnTrial = false;
  member.errorTimeMs = nowMs;
}

/** Puts a member back into use when its retry time is over. A stopped one stays out. */
export function retryMember(member: Worker, nowMs: number): void {
  if (!member.has(STATUS.inError) || member.has(STATUS.stopped)) return;
  const isOver = nowMs > member.errorTimeMs + member.settings.retryMs;
  if (!isOver && !member.has(STATUS.ignoreErrors)) return;
  member.retries += 1;
  member.isOnTrial = true;
  member.status &= ~STATUS.inError;
}

/** When every member is in error state: tries to get one back, and with `forcerecovery` gets all of them back. */
export function recoverIfAllFailed(members: readonly Worker[], isForced: boolean, nowMs: number): void {
  for (const member of members) {
    retryMember(member, nowMs);
    if (!member.has(STATUS.inError)) return;
  }
  if (!isForced) return;
  for (const member of members) {
    member.retries += 1;
    member.status &= ~STATUS.inError;
  }
}
