import { readFileSync } from 'node:fs';

/** Who the serving processes run as. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
  /** Name for the supplementary groups; the number as text when the user has no name. */
  readonly user: string;
}

/** What Node's types leave out. */
type PosixProcess = NodeJS.Process & { initgroups(user: string, extraGroup: number): void };

/** Names and numbers of a file such as /etc/passwd. */
function lookUp(file: string, name: string): number | undefined {
  for (const line of readFileSync(file, 'latin1').split('\n')) {
    const fields = line.split(':');
    if (fields[0] === name) return Number(fields[2]);
  }
  return undefined;
}

function numberOf(file: string, text: string): number | undefined {
  return /^#[0-9]+$/.test(text) ? Number(text.slice(1)) : lookUp(file, text);
}

/** Number of a user, by name or `#number`; undefined: there is none. */
export function userId(text: string): number | undefined {
  return numberOf('/etc/passwd', text);
}

/** Number of a group, by name or `#number`; undefined: there is none. */
export function groupId(text: string): number | undefined {
  return numberOf('/etc/group', text);
}

/** Name of a user number, or undefined. */
export function userName(uid: number): string | undefined {
  for (const line of readFileSync('/etc/passwd', 'latin1').split('\n')) {
    const fields = line.split(':');
    if (Number(fields[2]) === uid && fields[0] !== '') return fields[0];
  }
  return undefined;
}

/** Gives up root for good: groups, group, user; then makes sure that there is no way back. Throws when there is one. */
export function dropPrivileges(runAs: RunAs): void {
  if (process.getuid?.() !== 0) return;
  if (userName(runAs.uid) === undefined) process.setgroups!([runAs.gid]);
  else (process as PosixProcess).initgroups(runAs.user, runAs.gid);
  process.setgid!(runAs.gid);
  process.setuid!(runAs.uid);
  if (runAs.uid === 0) return;
  try {
    process.setuid!(0);
  } catch {
    return;
  }
  throw new Error('root could be regained after giving it up');
}
