import { ClusterSlotArbiter, isSlotMessage } from '../backend/cluster-arbiter.ts';
import { gatewayPools } from '../backend/pool-registry.ts';
import { ClusterLogs } from './log/inherited.ts';
import { buildPlan } from './build-plan.ts';
import { Gateway } from './gateway.ts';
import { ALIVE_EVERY_MS, isMessage, type FromWorker, type ServingInput, type ToWorker } from './messages.ts';
import { dropPrivileges } from './privileges.ts';
import { heapShare } from './serving-heap.ts';
import { problemsBeforeServing } from '../plan/plan.ts';
import type { HtaccessReader } from '../pipeline/server.ts';

/** Beyond this share of its memory a process accepts nothing more. */
const FULL_HEAP = 0.8;
const HEAP_CHECK_MS = 500;

/** Gives the function that reads `.htaccess` for a configuration; loads the parser only when one may be met. */
export type HtaccessSource = (input: ServingInput) => Promise<HtaccessReader>;

/** The life of one serving process under a primary: serves what it is sent, drains when told, ends with its primary. */
export function runWorker(htaccess: HtaccessSource): void {
  let gateway: Gateway | undefined;
  let gracefulTimeoutMs = 0;

  let isEnding = false;
  const end = async (isGraceful: boolean): Promise<void> => {
    if (isEnding && isGraceful) return;
    isEnding = true;
    if (isGraceful) await gateway?.drain(gracefulTimeoutMs);
    else await gateway?.stop();
    process.exit(0);
  };
  const leave = (reason: string): void => {
    if (isEnding) return;
    say({ kind: 'leaving', reason });
    void end(true);
  };
  // The cap of a backend holds for all processes together, those of a configuration that ends included.
  const arbiter = new ClusterSlotArbiter((message) => {
    if (process.connected) process.send?.(message);
  });
  gatewayPools.useArbiter(arbiter);
  process.on('message', (message: unknown) => {
    if (isSlotMessage(message)) arbiter.receive(message);
    if (!isMessage<ToWorker>(message)) return;
    switch (message.kind) {
      case 'serve': {
        const { input, logs, sockets } = message;
        gracefulTimeoutMs = input.settings.gracefulTimeoutMs;
        start(input, logs, sockets, htaccess).then(
          (started) => {
            gateway = started;
            say({ kind: 'ready' });
            setInterval(() => say({ kind: 'alive' }), ALIVE_EVERY_MS).unref();
            setInterval(() => {
              if (heapShare() < FULL_HEAP) return;
              leave('its memory is full');
              started.shed();
            }, HEAP_CHECK_MS).unref();
          },
          (error: unknown) => {
            say({ kind: 'failed', message: (error as Error).message });
            setTimeout(() => process.exit(1), 100);
          },
        );
        break;
      }
      case 'drain':
        void end(true);
    }
  });

  process.on('SIGTERM', () => void end(false));
  // The terminal and the administrator speak to the primary, which speaks to us.
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGWINCH'] as const) process.on(signal, () => {});
  process.on('disconnect', () => void end(true));
  process.on('uncaughtException', (error) => {
    gateway?.errorLog.log('crit', 'core', '', `internal fault: ${error.stack ?? error.message}`, {});
    leave('of an internal fault');
  });
  say({ kind: 'awake' });
}

async function start(
  input: ServingInput,
  logs: readonly (readonly [path: string, fd: number])[],
  sockets: readonly (readonly [key: string, fd: number])[],
  htaccess: HtaccessSource,
): Promise<Gateway> {
  const { settings, bound } = input;
  const readHtaccess = await htaccess(input);
  const built = await buildPlan(bound, readHtaccess, { style: settings.logStyle, startLevel: 'notice' });
  for (const { severity, message } of problemsBeforeServing(built.plan, bound)) {
    if (severity === 'error') throw new Error(message);
  }
  const gateway = new Gateway(built, settings, new ClusterLogs(logs, say));
  if (settings.runAs !== undefined) dropPrivileges(settings.runAs);
  await gateway.listen(new Map(sockets));
  return gateway;
}

function say(message: FromWorker): void {
  if (process.connected) process.send?.(message);
}
