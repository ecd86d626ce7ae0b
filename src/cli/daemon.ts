import { spawn } from 'node:child_process';
import { SERVING_HEAP } from '../server/serving-heap.ts';

/** Set for the process that goes into the background, so that it does not do so again. */
const MARK = 'HTTPD_GATEWAY_DAEMON';

/** True in the process that was started to run in the background. */
export function isDaemon(): boolean {
  return process.env[MARK] === '1' && process.send !== undefined;
}

/**
 * Starts this command line again in the background, shows what it says while it starts, and gives its exit status,
 * or 0 once it serves.
 */
export function daemonize(): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, ...SERVING_HEAP, ...process.argv.slice(1)], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, [MARK]: '1' },
  });
  child.stdout?.pipe(process.stdout);
  child.stderr?.pipe(process.stderr);
  return new Promise((resolve) => {
    child.once('error', (error) => {
      process.stderr.write(`httpd-gateway: could not go into the background: ${error.message}\n`);
      resolve(1);
    });
    child.once('exit', (code) => resolve(code ?? 1));
    child.once('message', () => {
      // Whatever it wrote before has been read once its streams have nothing more to give.
      setImmediate(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
        child.disconnect();
        child.unref();
        resolve(0);
      });
    });
  });
}

/** Tells the process that waits in the foreground that this one serves. */
export function tellStarted(): void {
  // The reader of these goes away now.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  process.send?.('started');
  delete process.env[MARK];
}
