import { statSync } from 'node:fs';
import { posix } from 'node:path';
import { readable } from '../diagnostics/place.ts';
import { coreServer } from '../modules/core/access.ts';
import { fsPath } from '../source/fs-path.ts';
import { buildPlan, hasErrors, logTargets, type BuiltPlan } from '../server/build-plan.ts';
import type { ServerArguments } from './arguments.ts';
import type { Configuration } from './configuration.ts';
import { dumps } from './dump.ts';
import { htaccessReader } from './htaccess.ts';
import { placeOf, sayDiagnostics, sayLine, type ReportStyle, type Say } from './report.ts';
import { unservedPolicy } from './unserved.ts';
import { logLevelNamed } from '../server/log/error-log.ts';

/** The plan of a configuration that has no errors; undefined after saying what is wrong. */
export async function checkedPlan(
  configuration: Configuration,
  args: Pick<ServerArguments, 'logStyle' | 'startLevel' | 'isStrict' | 'allowUnserved'>,
  say: Say,
  style: ReportStyle = 'pretty',
): Promise<BuiltPlan | undefined> {
  const { bound, loaded, diagnostics } = configuration;
  sayDiagnostics(say, bound.sources, diagnostics, style);
  if (configuration.hasErrors) return undefined;
  const startLevel = logLevelNamed(args.startLevel ?? '') ?? 'notice';
  const built = await buildPlan(bound, htaccessReader({ running: loaded, unserved: unservedPolicy(args) }), {
    style: args.logStyle,
    startLevel,
  });
  sayDiagnostics(say, bound.sources, built.plan.diagnostics, style);
  const { mainServer } = built.plan.gateway;
  if (coreServer(mainServer).serverName === undefined) {
    say(
      `AH00558: the machine's full name is not known, using ${mainServer.hostname}; ServerName would set it\n`,
    );
  }
  return hasErrors(built.plan.diagnostics) ? undefined : built;
}

/** Says which logs lie in folders that are not there; httpd counts that as a failed check. */
export function checkLogFolders(built: BuiltPlan, configuration: Configuration, say: Say): boolean {
  let isGood = true;
  for (const { target, span, kind } of logTargets(built, undefined)) {
    if (target.kind !== 'file') continue;
    const folder = posix.dirname(target.path);
    if (statSync(fsPath(folder), { throwIfNoEntry: false })?.isDirectory() === true) continue;
    isGood = false;
    const place = span === undefined ? '' : `${placeOf(configuration.bound.sources, span)}: `;
    const number = kind === 'error' ? 'AH02291' : 'AH02297';
    say(
      `${place}error: ${number}: Cannot access directory '${readable(folder)}/' for log file '${readable(target.path)}'\n`,
    );
  }
  return isGood;
}

/** `-t` and what implies it. Gives the exit status. */
export async function check(configuration: Configuration, args: ServerArguments, say: Say): Promise<number> {
  const built = await checkedPlan(configuration, args, say);
  if (built === undefined) return 1;
  if (!checkLogFolders(built, configuration, say)) {
    sayLine(say, 'Configuration check failed');
    return 1;
  }
  const text = dumps(configuration, built, args);
  process.stdout.write(Buffer.from(text.output, 'latin1'));
  if (text.saysSyntaxOk) say('Syntax OK\n');
  return 0;
}
