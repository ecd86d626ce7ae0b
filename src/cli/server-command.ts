import { appendFileSync } from 'node:fs';
import { fsPath } from '../source/fs-path.ts';
import type { ServerArguments } from './arguments.ts';
import { check } from './check.ts';
import { readConfiguration } from './configuration.ts';
import { control } from './control.ts';
import { daemonize, isDaemon } from './daemon.ts';
import { readProcessSettings } from './process-settings.ts';
import { sayDiagnostics, type Say } from './report.ts';
import { serve } from './serve.ts';
import { defaultPidFile } from './state-files.ts';

/** Runs the server's command line; gives the exit status, or undefined when it goes on serving. */
export async function runServer(args: ServerArguments): Promise<number | undefined> {
  const say = sayTo(args.startErrorFile);
  if (args.isQuickstart) {
    const { quickstart } = await import('./quickstart/quickstart.ts');
    return quickstart(args, say);
  }
  const inForeground = args.isDebug || args.flags.includes('FOREGROUND');
  // What was asked for was settled before this process was started in the background.
  const action = isDaemon() ? 'start' : (args.control ?? 'start');
  if (!args.isCheck && action === 'start' && !inForeground && !isDaemon()) return daemonize();

  const configuration = readConfiguration(args);
  if (args.isCheck) return check(configuration, args, say);
  const { loaded, path, bound } = configuration;
  const settings = readProcessSettings(loaded, args.listen, configuration.portMap);
  const pidFile = settings.pidFile ?? defaultPidFile(path);
  const isChange = action === 'restart' || action === 'graceful';
  if (isChange && configuration.hasErrors) {
    // The running server is not touched by a configuration that could not replace its own.
    sayDiagnostics(say, bound.sources, configuration.diagnostics);
    return 1;
  }
  if (!configuration.loaded.isIncomplete || action !== 'start') {
    const outcome = await control(action, pidFile);
    if ('status' in outcome) return outcome.status;
    if (isChange && !inForeground && !isDaemon()) return daemonize();
  }
  return serve(configuration, args, say, inForeground);
}

function sayTo(file: string | undefined): Say {
  if (file === undefined) return (text) => void process.stderr.write(text);
  return (text) => appendFileSync(fsPath(file), text);
}
