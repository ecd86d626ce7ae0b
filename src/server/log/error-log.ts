import { writeSync } from 'node:fs';
import { pino, type Logger } from 'pino';
import { coreModule } from '../../modules/core/index.ts';
import type { LogLevels } from '../../modules/core/config.ts';
import { logTarget, type LogTarget } from '../../pipeline/log-writer.ts';
import type { ErrorLog, GatewayPlan, LogContext, LogLevel, ServerRecord } from '../../pipeline/server.ts';
import { compileErrorFormat, DEFAULT_ERROR_FORMAT, type ErrorEvent } from './error-format.ts';
import { toBytes, type LogOutput, type LogStyle } from './outputs.ts';

const SEVERITIES = [
  ...(['emerg', 'alert', 'crit', 'error', 'warn', 'notice', 'info', 'debug'] as const),
  ...(['trace1', 'trace2', 'trace3', 'trace4', 'trace5', 'trace6', 'trace7', 'trace8'] as const),
];

/** How much each level wants to be heard: 0 for `emerg`. */
const RANK: ReadonlyMap<LogLevel, number> = new Map(SEVERITIES.map((level, rank) => [level, rank]));

const DEFAULT_LEVEL: LogLevel = 'warn';

/** Where the lines of one server go. */
interface Route {
  readonly output: LogOutput;
  readonly format: (event: ErrorEvent) => string | undefined;
  readonly levels: LogLevels | undefined;
  readonly json: Logger<LogLevel> | undefined;
}

/** Standard error, for lines before a log is open, for a configuration that names no log that can be written, and for `-X`. */
const standardError: LogOutput = {
  name: 'standard error',
  write: (line) => {
    try {
      writeSync(2, line, null, 'latin1');
    } catch {
      // Nobody reads standard error any more.
    }
  },
  close: async () => {},
};

/**
 * The target of a server's ErrorLog; undefined: standard error, for syslog is not served.
 *
 * @param standard path for a server without ErrorLog; undefined: standard error
 */
export function errorLogTarget(server: ServerRecord, standard: string | undefined): LogTarget | undefined {
  const target = coreModule.server(server).errorLog?.target ?? standard;
  if (target === undefined || /^syslog(?::|$)/.test(target)) return undefined;
  return logTarget(target, (path) => path);
}

/** The error log of a plan: finds the server's file, asks its levels, writes lines or records. */
export class PlanErrorLog implements ErrorLog {
  readonly #style: LogStyle;
  /** Least level by the command line (`-e`), until a plan is connected. */
  readonly #startLevel: LogLevel;
  readonly #routes = new Map<ServerRecord, Route>();
  #main: Route;

  constructor(style: LogStyle, startLevel: LogLevel = 'notice', output: LogOutput = standardError) {
    this.#style = style;
    this.#startLevel = startLevel;
    this.#main = this.#route(output, DEFAULT_ERROR_FORMAT, { level: startLevel, modules: new Map() });
  }

  /**
   * Sends the lines of every server of the plan to its log.
   *
   * @param standard path of the log of a server that names none; undefined: standard error
   * @param open the output of a target; called once for each server
   */
  connect(plan: GatewayPlan, standard: string | undefined, open: (target: LogTarget) => LogOutput): void {
    for (const server of new Set([plan.mainServer, ...plan.servers])) {
      const config = coreModule.server(server);
      const target = errorLogTarget(server, standard);
      const output = target === undefined ? standardError : open(target);
      this.#routes.set(
        server,
        this.#route(output, config.errorLogFormats.get('') ?? DEFAULT_ERROR_FORMAT, config.logLevels),
      );
    }
    this.#main = this.#routes.get(plan.mainServer)!;
  }

  log(level: LogLevel, module: string, number: string, message: string, context: LogContext): void {
    const server = context.req?.server ?? context.server;
    const route = (server && this.#routes.get(server)) ?? this.#main;
    const dirLevels = context.req && coreModule.dir(context.req)?.logLevels;
    const limit = levelFor(module, dirLevels) ?? levelFor(module, route.levels) ?? DEFAULT_LEVEL;
    // Notices about the server itself are always written, as httpd does to a file.
    const isAlways = level === 'notice' && context.req === undefined;
    if (!isAlways && RANK.get(level)! > RANK.get(limit)!) return;
    const timeMs = performance.timeOrigin + performance.now();
    const event: ErrorEvent = { level, module, number, message, context, timeMs };
    if (route.json !== undefined) route.json[level](jsonFields(event), readable(message));
    else {
      const line = route.format(event);
      if (line !== undefined) route.output.write(line);
    }
  }

  /** The level of lines that are shown while starting. */
  get startLevel(): LogLevel {
    return this.#startLevel;
  }

  #route(output: LogOutput, format: string, levels: LogLevels | undefined): Route {
    const json = this.#style === 'json' ? jsonLogger(output) : undefined;
    return { output, format: compileErrorFormat(format), levels, json };
  }
}

function levelFor(module: string, levels: LogLevels | undefined): LogLevel | undefined {
  return levels?.modules.get(module) ?? levels?.level;
}

/** True when `level` is to be shown under a limit of `limit`. */
export function isWithin(level: LogLevel, limit: LogLevel): boolean {
  return RANK.get(level)! <= RANK.get(limit)!;
}

/** The level of that name, or undefined. */
export function logLevelNamed(name: string): LogLevel | undefined {
  return SEVERITIES.find((level) => level === name.toLowerCase());
}

function jsonLogger(output: LogOutput): Logger<LogLevel> {
  const customLevels = Object.fromEntries(SEVERITIES.map((level, rank) => [level, 100 - rank])) as Record<
    LogLevel,
    number
  >;
  return pino<LogLevel>(
    {
      base: null,
      level: 'trace8',
      customLevels,
      useOnlyCustomLevels: true,
      messageKey: 'message',
      timestamp: false,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => output.write(toBytes(line)) },
  );
}

/** Bytes as text for people: UTF-8 where it is, a mark where it is not. */
function readable(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function jsonFields({ module, number, context, timeMs }: ErrorEvent): Record<string, unknown> {
  const { req } = context;
  const fields: Record<string, unknown> = { time: new Date(timeMs).toISOString(), module, pid: process.pid };
  if (number !== '') fields['number'] = number;
  if (context.cause !== undefined) fields['cause'] = context.cause;
  const client = req?.clientAddress ?? context.clientAddress;
  if (client !== undefined) fields['client'] = `${client}:${req?.clientPort ?? context.clientPort ?? 0}`;
  const server = req?.server ?? context.server;
  if (server !== undefined) fields['server'] = server.hostname;
  if (req !== undefined) {
    fields['request'] = readable(req.theRequest);
    const referer = req.headersIn.get('Referer');
    if (referer !== undefined) fields['referer'] = readable(referer);
  }
  return fields;
}
