import { fileURLToPath } from 'node:url';
import type { LogLevel } from '../pipeline/server.ts';
import { connectLogs, logTargets, type BuiltPlan } from '../server/build-plan.ts';
import { Gateway } from '../server/gateway.ts';
import { LogOutputs, ownLogs } from '../server/log/outputs.ts';
import type { ServingInput } from '../server/messages.ts';
import { Primary } from '../server/primary.ts';
import { dropPrivileges } from '../server/privileges.ts';
import type { HtaccessSurroundings } from './htaccess.ts';
import type { Ready } from './serve.ts';

/** What serves: this process, or processes under it. */
export interface Runner {
  log(level: LogLevel, number: string, message: string): void;
  /** Serves another configuration; throws when it can't, and the one before goes on. */
  swap(ready: Ready, isGraceful: boolean): Promise<void>;
  drain(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Serves in this process.
 *
 * @param beforeServing the last thing that is done with the rights of whoever started the gateway
 */
export async function singleRunner(ready: Ready, beforeServing: () => void): Promise<Runner> {
  const gateway = new Gateway(ready.built, ready.settings, ownLogs);
  try {
    await gateway.listen();
    beforeServing();
  } catch (error) {
    await gateway.stop();
    throw error;
  }
  if (ready.settings.runAs !== undefined) dropPrivileges(ready.settings.runAs);
  let gracefulTimeoutMs = ready.settings.gracefulTimeoutMs;
  return {
    log: (level, number, message) => gateway.errorLog.log(level, 'core', number, message, {}),
    swap: async (next, isGraceful) => {
      await gateway.swap(next.built, next.settings, isGraceful);
      ({ gracefulTimeoutMs } = next.settings);
    },
    drain: () => gateway.drain(gracefulTimeoutMs),
    stop: () => gateway.stop(),
  };
}

/** Serves in processes of their own, as the user that the configuration names. */
export async function clusterRunner(first: Ready, processes: number, onServing: () => void): Promise<Runner> {
  let built: BuiltPlan = first.built;
  const log: Runner['log'] = (level, number, message) =>
    built.errorLog.log(level, 'core', number, message, {});
  const outputs = new LogOutputs(ownLogs, (message) => log('error', 'AH00646', message));
  const primary = new Primary({
    processes,
    // Beside this file in the bundle.
    workerPath: fileURLToPath(new URL('./serve-worker.js', import.meta.url)),
    errorLog: { log: (level, _module, number, message) => log(level, number, message) },
    outputs,
  });
  const serve = async (ready: Ready, isGraceful: boolean): Promise<void> => {
    connectPrimaryLogs(ready, outputs);
    await primary.serve(inputOf(ready), logFiles(ready), isGraceful);
  };
  await serve(first, true);
  try {
    onServing();
  } catch (error) {
    await primary.stop(false);
    throw error;
  }
  return {
    log,
    swap: async (next, isGraceful) => {
      await serve(next, isGraceful);
      ({ built } = next);
      outputs.reopen();
    },
    drain: async () => {
      await primary.stop(true);
      await outputs.close();
    },
    stop: async () => {
      await primary.stop(false);
      await outputs.close();
    },
  };
}

/** The primary writes its own lines, and runs every program that reads a log. */
function connectPrimaryLogs({ built, settings }: Ready, outputs: LogOutputs): void {
  connectLogs(built, outputs, settings);
}

function logFiles({ built, settings }: Ready): readonly string[] {
  return logTargets(built, settings.errorLog).flatMap(({ target }) =>
    target.kind === 'file' ? [target.path] : [],
  );
}

function inputOf({ configuration, settings, unserved }: Ready): ServingInput {
  const { bound, loaded } = configuration;
  const { sources, definitions, modules, macros, serverRoot } = loaded;
  const htaccess: HtaccessSurroundings = {
    running: { sources, definitions, modules, macros, serverRoot },
    unserved,
  };
  return { bound, settings, htaccess };
}
