import { runningGateway } from '../server/pid-file.ts';
import type { ControlAction } from './arguments.ts';

const SIGNALS: Readonly<Record<Exclude<ControlAction, 'start'>, NodeJS.Signals>> = {
  stop: 'SIGTERM',
  'graceful-stop': 'SIGWINCH',
  restart: 'SIGHUP',
  graceful: 'SIGUSR1',
};

/** How long `-k stop` waits for the end. */
const STOP_WAIT_MS = 10_000;

/** What came of an action: an exit status, or that there is nothing running and a start is due. */
export type ControlOutcome = { readonly status: number } | { readonly starts: true };

/**
 * Speaks to the gateway that runs with a pid file.
 *
 * @source httpd server/mpm_unix.c `ap_signal_server`
 */
export async function control(action: ControlAction, pidFile: string): Promise<ControlOutcome> {
  const pid = runningGateway(pidFile);
  if (action === 'start') {
    if (pid === undefined) return { starts: true };
    process.stdout.write(`httpd (pid ${pid}) already running\n`);
    return { status: 0 };
  }
  if (pid === undefined) {
    if (action === 'restart' || action === 'graceful') {
      process.stdout.write('httpd not running, trying to start\n');
      return { starts: true };
    }
    process.stdout.write('httpd (no pid file) not running\n');
    return { status: 0 };
  }
  try {
    process.kill(pid, SIGNALS[action]);
  } catch (error) {
    process.stderr.write(`httpd-gateway: could not signal process ${pid}: ${(error as Error).message}\n`);
    return { status: 1 };
  }
  if (action === 'stop') await ended(pid);
  return { status: 0 };
}

async function ended(pid: number): Promise<void> {
  const deadline = performance.now() + STOP_WAIT_MS;
  while (performance.now() < deadline) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
