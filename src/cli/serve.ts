import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { readable } from '../diagnostics/place.ts';
import { coreServer } from '../modules/core/access.ts';
import { fsPath } from '../source/fs-path.ts';
import type { SourceSet, Span } from '../source/source.ts';
import { problemsBeforeServing } from '../plan/plan.ts';
import { hasErrors, logTargets, type BuiltPlan } from '../server/build-plan.ts';
import { localUrl, showAddress } from '../server/listen-address.ts';
import { ListenError } from '../server/listeners.ts';
import { removePidFile, writePidFile } from '../server/pid-file.ts';
import type { ServerSettings } from '../server/settings.ts';
import type { ServerArguments } from './arguments.ts';
import { checkedPlan } from './check.ts';
import { readConfiguration, type Configuration } from './configuration.ts';
import { isDaemon, tellStarted } from './daemon.ts';
import { clusterRunner, singleRunner, type Runner } from './runner.ts';
import { readProcessSettings, resolveRunAs, type ProcessSettings } from './process-settings.ts';
import { placeOf, sayDiagnostics, sayLine, type ReportStyle, type Say } from './report.ts';
import { defaultErrorLog, defaultPidFile } from './state-files.ts';
import { acceptUnserved, unservedPolicy, type UnservedPolicy } from './unserved.ts';

/** A configuration that may be served. */
export interface Ready {
  readonly configuration: Configuration;
  readonly built: BuiltPlan;
  readonly process: ProcessSettings;
  readonly settings: ServerSettings;
  readonly unserved: UnservedPolicy;
}

/** All that stands between a configuration and serving it; undefined after saying what is wrong. */
export async function prepare(
  configuration: Configuration,
  args: ServerArguments,
  say: Say,
  { inForeground, style }: { readonly inForeground: boolean; readonly style: ReportStyle },
): Promise<Ready | undefined> {
  const { bound, loaded } = configuration;
  const built = await checkedPlan(configuration, args, say, style);
  if (built === undefined) return undefined;
  const problems = problemsBeforeServing(built.plan, bound);
  sayDiagnostics(say, bound.sources, problems, style);
  if (hasErrors(problems)) return undefined;
  if (!acceptUnserved(bound, unservedPolicy(args), say)) return undefined;
  const processSettings = readProcessSettings(loaded, args.listen, configuration.portMap);
  for (const { message, span } of processSettings.problems) {
    sayLine(say, span === undefined ? message : `${placeOf(bound.sources, span)}: ${message}`);
  }
  if (processSettings.problems.length > 0) return undefined;
  sayUnservedLogs(built, bound.sources, say);
  if (processSettings.listen.length === 0) {
    sayLine(say, 'no listening sockets available, shutting down');
    return undefined;
  }
  const runAs = resolveRunAs(processSettings, (message) => sayLine(say, message));
  if (runAs !== undefined && 'error' in runAs) {
    const place = runAs.span === undefined ? '' : `${placeOf(bound.sources, runAs.span)}: `;
    sayLine(say, `${place}${runAs.error}`);
    return undefined;
  }
  const errorLog = standardErrorLog(configuration, inForeground);
  if (runAs !== undefined) warnOfOpenFolders(built, errorLog, bound.sources, say);
  const settings: ServerSettings = {
    listen: processSettings.listen.map(({ address }) => address),
    logStyle: args.logStyle,
    errorLog,
    runAs,
    backlog: processSettings.backlog,
    gracefulTimeoutMs: processSettings.gracefulTimeoutMs,
  };
  return { configuration, built, process: processSettings, settings, unserved: unservedPolicy(args) };
}

/** syslog is not spoken: its lines go where people will look, and the start says so. */
function sayUnservedLogs({ plan }: BuiltPlan, sources: SourceSet, say: Say): void {
  const seen = new Set<Span>();
  for (const server of plan.gateway.servers) {
    const { errorLog } = coreServer(server);
    if (errorLog === undefined || seen.has(errorLog.span) || !/^syslog(?::|$)/.test(errorLog.target))
      continue;
    seen.add(errorLog.span);
    say(
      `${placeOf(sources, errorLog.span)}: warning: ErrorLog syslog is not served: lines go to standard error\n`,
    );
  }
}

/** Logs are opened as root: in a folder that anyone may write, a link can make root append to any file. */
function warnOfOpenFolders(
  built: BuiltPlan,
  errorLog: string | undefined,
  sources: SourceSet,
  say: Say,
): void {
  const seen = new Set<string>();
  for (const { target, span } of logTargets(built, errorLog)) {
    if (target.kind !== 'file') continue;
    const folder = dirname(target.path);
    if (seen.has(folder)) continue;
    seen.add(folder);
    const stats = statSync(fsPath(folder), { throwIfNoEntry: false });
    if (stats === undefined || (stats.mode & 0o002) === 0) continue;
    const place = span === undefined ? '' : `${placeOf(sources, span)}: `;
    say(`${place}warning: everybody may write to ${readable(folder)}, where root opens a log\n`);
  }
}

/** Where errors go when no ErrorLog says: httpd's place for a whole configuration, standard error for a fragment in the foreground. */
function standardErrorLog(
  { isFragment, path, loaded }: Configuration,
  inForeground: boolean,
): string | undefined {
  if (isFragment) return inForeground ? undefined : defaultErrorLog(path);
  const standard = `${loaded.serverRoot}/logs/error_log`;
  return statSync(fsPath(dirname(standard)), { throwIfNoEntry: false })?.isDirectory() === true
    ? standard
    : undefined;
}

/** Serves a configuration until a signal ends it; gives 1 when it can't start. */
export async function serve(
  configuration: Configuration,
  args: ServerArguments,
  say: Say,
  inForeground: boolean,
): Promise<number | undefined> {
  const ready = await prepare(configuration, args, say, { inForeground, style: 'pretty' });
  if (ready === undefined) return 1;
  for (const assumption of configuration.assumptions) sayLine(say, assumption);

  const isRoot = ready.settings.runAs !== undefined;
  const processes = args.processes ?? 1;
  const usesCluster = !args.isDebug && (isRoot || processes > 1);
  const pidFile = ready.process.pidFile ?? defaultPidFile(configuration.path);
  const writePid = (): void => {
    try {
      writePidFile(pidFile);
    } catch (error) {
      throw new Error(`could not write the pid file ${pidFile}: ${(error as Error).message}`, {
        cause: error,
      });
    }
  };
  const tellEarly = holdSignals();
  let runner: Runner;
  try {
    runner = usesCluster
      ? await clusterRunner(ready, processes, writePid)
      : await singleRunner(ready, writePid);
  } catch (error) {
    sayStartError(say, ready, error);
    return 1;
  }
  runner.log('notice', 'AH00489', `httpd-gateway configured -- resuming normal operations`);
  runner.log('notice', 'AH00094', `Command line: '${['httpd-gateway', ...process.argv.slice(2)].join(' ')}'`);
  for (const address of ready.settings.listen) {
    const where = `${readable(showAddress(address))} (${localUrl(address)})`;
    sayLine(say, `serving ${configuration.path} at ${where}`);
  }
  handleSignals(runner, args, pidFile, inForeground);
  tellEarly();
  if (isDaemon()) tellStarted();
  return undefined;
}

function sayStartError(say: Say, ready: Ready, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const span = placeOfFailure(ready, error);
  const place = span === undefined ? '' : `${placeOf(ready.configuration.bound.sources, span)}: `;
  sayLine(say, `${place}${message}`);
}

/** The line that asked for what failed: an address, or a log file. */
function placeOfFailure({ built, settings, process }: Ready, error: unknown): Span | undefined {
  if (error instanceof ListenError) {
    const wanted = showAddress(error.address);
    return process.listen.find(({ address }) => showAddress(address) === wanted)?.span;
  }
  if (!(error instanceof Error) || !('path' in error)) return undefined;
  const targets = logTargets(built, settings.errorLog);
  return targets.find(({ target }) => target.kind === 'file' && target.path === error.path)?.span;
}

/**
 * Keeps the signals that come before there is anything to reload or to drain: once the pid file is there, others may
 * send them, and node would answer SIGUSR1 by opening a debugger.
 *
 * @returns delivers what came to the handlers that are installed by then
 */
function holdSignals(): () => void {
  const held: NodeJS.Signals[] = [];
  const hold = (signal: NodeJS.Signals): void => void held.push(signal);
  const signals = ['SIGUSR1', 'SIGHUP', 'SIGWINCH'] as const;
  for (const signal of signals) process.on(signal, hold);
  return () => {
    for (const signal of signals) process.off(signal, hold);
    for (const signal of held) process.emit(signal, signal);
  };
}

/** httpd's signals: TERM and INT stop, WINCH stops when requests are done, HUP restarts, USR1 restarts gracefully. */
function handleSignals(runner: Runner, args: ServerArguments, pidFile: string, inForeground: boolean): void {
  let isEnding = false;
  let reloading: Promise<void> = Promise.resolve();
  const end = async (isGraceful: boolean, signal: string): Promise<void> => {
    if (isEnding && isGraceful) return;
    isEnding = true;
    const what = isGraceful ? 'AH00492' : 'AH00491';
    runner.log('notice', what, `caught ${signal}, shutting down${isGraceful ? ' gracefully' : ''}`);
    removePidFile(pidFile);
    if (isGraceful) await runner.drain();
    else await runner.stop();
    process.exit(0);
  };
  const reload = (isGraceful: boolean, signal: string): void => {
    reloading = reloading.then(async () => {
      if (isEnding) return;
      runner.log(
        'notice',
        isGraceful ? 'AH00493' : 'AH00494',
        `${signal} received. Doing ${isGraceful ? 'graceful ' : ''}restart`,
      );
      await reloadOnce(runner, args, isGraceful, inForeground);
    });
  };
  // One request's fault is no reason to drop all others: there is nobody here who would start this process again.
  process.on('uncaughtException', (error) => {
    runner.log('crit', '', `internal fault: ${error.stack ?? error.message}`);
  });
  process.on('SIGTERM', () => void end(false, 'SIGTERM'));
  process.on('SIGINT', () => void end(false, 'SIGINT'));
  process.on('SIGWINCH', () => {
    // A terminal sends it when its window changes: no reason to stop what runs in it.
    if (!(inForeground && process.stdout.isTTY)) void end(true, 'SIGWINCH');
  });
  process.on('SIGHUP', () => reload(false, 'SIGHUP'));
  process.on('SIGUSR1', () => reload(true, 'SIGUSR1'));
}

/** Reads the configuration again and serves it; whatever is wrong with it goes to the error log, and the old one stays. */
async function reloadOnce(
  runner: Runner,
  args: ServerArguments,
  isGraceful: boolean,
  inForeground: boolean,
): Promise<void> {
  const said: string[] = [];
  const say: Say = (text) => void said.push(text);
  try {
    const ready = await prepare(readConfiguration(args), args, say, { inForeground, style: 'compact' });
    if (ready !== undefined) {
      await runner.swap(ready, isGraceful);
      runner.log('notice', 'AH00489', 'httpd-gateway configured -- resuming normal operations');
      return;
    }
  } catch (error) {
    said.push((error as Error).message);
  }
  for (const line of said.join('').split('\n')) {
    if (line.trim() !== '') runner.log('error', '', Buffer.from(line, 'utf8').toString('latin1'));
  }
  runner.log('error', '', 'the configuration can not be served; the one before stays in force');
}
