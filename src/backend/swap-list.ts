/**
 * Lists without order whose members know their place. A `Set` of short-lived objects would do the same, but the tables
 * that it outgrows stay in V8's old generation and keep what was in them from being collected young: with one
 * connection for each request that made garbage collection ten times as dear.
 */

export interface SwapListMember {
  /** Place in its list; -1: in none. */
  listIndex: number;
}

export function addMember<T extends SwapListMember>(list: T[], member: T): void {
  member.listIndex = list.push(member) - 1;
}

/** Takes a member out; the last one moves to its place. */
export function removeMember<T extends SwapListMember>(list: T[], member: T): void {
  const index = member.listIndex;
  if (index < 0) return;
  member.listIndex = -1;
  const last = list.pop();
  if (last === undefined || last === member) return;
  list[index] = last;
  last.listIndex = index;
}
