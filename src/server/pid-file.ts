import { constants, openSync, readFileSync, unlinkSync, writeSync, closeSync } from 'node:fs';
import { fsPath } from '../source/fs-path.ts';

/** The pid that a pid file holds; undefined: no file, or nothing that is a pid. */
export function readPidFile(path: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(fsPath(path), 'latin1');
  } catch {
    return undefined;
  }
  const pid = /^([0-9]{1,10})\s*$/.exec(text)?.[1];
  return pid === undefined ? undefined : Number(pid);
}

/** Writes this process's pid. Never through a link, so that a directory others may write leads nowhere else. */
export function writePidFile(path: string): void {
  removePidFile(path);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const fd = openSync(fsPath(path), flags, 0o644);
  writeSync(fd, `${process.pid}\n`);
  closeSync(fd);
}

export function removePidFile(path: string): void {
  try {
    unlinkSync(fsPath(path));
  } catch {
    // It was not there, or is no longer ours to remove: starting again finds it stale.
  }
}

/** The pid of the gateway that runs with this pid file; undefined: none, or the file is stale. */
export function runningGateway(path: string): number | undefined {
  const pid = readPidFile(path);
  return pid !== undefined && pid !== process.pid && isGateway(pid) ? pid : undefined;
}

/** Whether a process lives and is a gateway: a stale pid file may name a process that has nothing to do with us. */
function isGateway(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
    return (
      /\bnode|httpd-gateway/.test(words[0] ?? '') &&
      words.some((word) => /(?:^|\/)(?:httpd-gateway|cli\.js|main\.ts)$/.test(word))
    );
  } catch {
    // Without /proc the pid alone has to do.
    return true;
  }
}
