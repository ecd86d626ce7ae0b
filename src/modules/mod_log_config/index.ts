import { modLogConfig as catalogue } from '../../../grammar/catalogue/mod_log_config.ts';
import { compileCondition } from '../../expr/compile.ts';
import type { Condition } from '../../expr/context.ts';
import { exprContext } from '../../pipeline/expr-context.ts';
import { logTarget, type LogTarget, type LogWriter } from '../../pipeline/log-writer.ts';
import { hook } from '../../pipeline/phases.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import type { GatewayPlan } from '../../pipeline/server.ts';
import { OK, type HookResult } from '../../pipeline/status.ts';
import type { Span } from '../../source/source.ts';
import type { DirectiveNode, Word } from '../../syntax/tree.ts';
import { defineModule, type ApplyContext, type BindContext, type BoundExpr } from '../module.ts';
import { parseLogFormat, SSL_ITEMS } from './format.ts';
import { compileFormat, type LineWriter, type LogMoment } from './items.ts';
import { compileRecord, type RecordWriter } from './record.ts';

/** What the server writes when no LogFormat says otherwise. */
const DEFAULT_FORMAT = '%h %l %u %t "%r" %>s %b';

type BoundCondition =
  | { readonly kind: 'env'; readonly name: string; readonly isNegated: boolean }
  | { readonly kind: 'expr'; readonly expr: BoundExpr };

interface BoundLog {
  readonly target: LogTarget;
  /** Nickname of a LogFormat, or a format; undefined: the TransferLog format in force. */
  readonly format: string | undefined;
  readonly condition: BoundCondition | undefined;
  readonly isGlobal: boolean;
}

interface BoundFormat {
  readonly nickname: string | undefined;
  readonly format: string;
}

/** One access log of one server. */
interface AccessLog {
  readonly target: LogTarget;
  readonly format: string | undefined;
  readonly condition: ((req: RequestRecord) => boolean) | undefined;
  readonly isGlobal: boolean;
  readonly span: Span;
  /** Set when the server opens its logs; a plan that serves nobody writes nothing. */
  output:
    { readonly writer: LogWriter; readonly line: LineWriter; readonly record: RecordWriter } | undefined;
}

interface LogServerConfig {
  readonly logs: readonly AccessLog[];
  /** Lower-case nicknames. */
  readonly formats: ReadonlyMap<string, string>;
  readonly transferFormat: string | undefined;
}

interface MutableLogServerConfig {
  logs: AccessLog[];
  formats: Map<string, string>;
  transferFormat: string | undefined;
}

function createLogServerConfig(): MutableLogServerConfig {
  return { logs: [], formats: new Map(), transferFormat: undefined };
}

/** A virtual host with logs of its own leaves the main server's aside, except the global ones. Logs are not shared objects: formats differ. */
function mergeLogServerConfig(base: LogServerConfig, add: LogServerConfig): MutableLogServerConfig {
  const inherited = base.logs.filter((log) => log.isGlobal || add.logs.length === 0);
  return {
    logs: [...add.logs, ...inherited.map((log) => ({ ...log }))],
    formats: new Map([...base.formats, ...add.formats]),
    transferFormat: add.transferFormat ?? base.transferFormat,
  };
}

function bindCondition(ctx: BindContext, word: Word): BoundCondition | undefined {
  const text = word.text;
  if (/^expr=/i.test(text)) {
    const expr = ctx.expr({ ...word, text: text.slice('expr='.length) }, 'boolean');
    return expr && { kind: 'expr', expr };
  }
  if (!/^env=/i.test(text)) return ctx.error(word, 'error in condition clause');
  const isNegated = text[4] === '!';
  return { kind: 'env', name: text.slice(isNegated ? 5 : 4), isNegated };
}

function checkFormat(ctx: BindContext, word: Word): boolean {
  const pieces = parseLogFormat(word.text);
  if ('error' in pieces) {
    ctx.error(word, pieces.error);
    return false;
  }
  const absent = pieces.find((piece) => piece.kind === 'item' && SSL_ITEMS.has(piece.name));
  if (absent?.kind !== 'item' || ctx.hasModule('ssl_module')) return true;
  ctx.error(
    word,
    `Unrecognized LogFormat directive %${absent.name}`,
    'it belongs to mod_ssl: load ssl_module',
  );
  return false;
}

function bindLog(ctx: BindContext, node: DirectiveNode, isGlobal: boolean): BoundLog | undefined {
  const [file, format, clause] = node.args;
  if (file === undefined) return undefined;
  if (isGlobal && ctx.inVhost) return ctx.error(node, 'GlobalLog cannot occur within <VirtualHost> section');
  if (format !== undefined && !checkFormat(ctx, format)) return undefined;
  const condition = clause && bindCondition(ctx, clause);
  if (clause !== undefined && condition === undefined) return undefined;
  const target = logTarget(file.text, (path) => ctx.serverRootRelative(path));
  return { target, format: format?.text, condition, isGlobal };
}

function applyLog(
  { server }: { readonly server: MutableLogServerConfig },
  log: BoundLog,
  ctx: ApplyContext,
): void {
  server.logs.push({
    target: log.target,
    format: log.format,
    condition: log.condition && compileLogCondition(log.condition),
    isGlobal: log.isGlobal,
    span: ctx.span,
    output: undefined,
  });
}

function compileLogCondition(condition: BoundCondition): (req: RequestRecord) => boolean {
  if (condition.kind === 'env') {
    const { name, isNegated } = condition;
    return (req) => req.subprocessEnv.has(name) !== isNegated;
  }
  const test: Condition = compileCondition(condition.expr.node);
  return (req) => {
    try {
      return test(exprContext(req));
    } catch {
      // A condition that can't be evaluated does not hold; a log line is no reason to fail a request that was answered.
      return false;
    }
  };
}

/** Writes a line to each access log of the request's server. */
function logTransaction(req: RequestRecord): HookResult {
  const { logs } = modLogConfig.server(req.server);
  if (logs.length === 0) return OK;
  let original = req;
  while (original.prev !== undefined) original = original.prev;
  let final = req;
  while (final.next !== undefined) final = final.next;
  const moment: LogMoment = { endMs: performance.timeOrigin + performance.now() };
  for (const log of logs) {
    const { output } = log;
    if (output === undefined || (log.condition !== undefined && !log.condition(req))) continue;
    if (output.writer.style === 'text') output.writer.write(output.line(original, final, moment));
    else output.writer.writeRecord(output.record(original, final, moment));
  }
  return OK;
}

/**
 * Opens the access logs of a plan, each target once.
 *
 * @param open the writer for a target; undefined when it can't be written, which was reported
 */
export function openAccessLogs(
  plan: GatewayPlan,
  open: (target: LogTarget, span: Span) => LogWriter | undefined,
): void {
  for (const server of new Set([plan.mainServer, ...plan.servers])) {
    const config = modLogConfig.server(server);
    for (const log of config.logs) {
      const writer = open(log.target, log.span);
      const pieces = writer && parseLogFormat(formatText(config, log));
      // The text was checked when its line was bound.
      if (writer === undefined || pieces === undefined || 'error' in pieces) continue;
      log.output = { writer, line: compileFormat(pieces), record: compileRecord(pieces) };
    }
  }
}

function formatText(config: LogServerConfig, log: AccessLog): string {
  if (log.format === undefined) return config.transferFormat ?? DEFAULT_FORMAT;
  return config.formats.get(log.format.toLowerCase()) ?? log.format;
}

/** Access logs: what is written for each request, where, and when. */
export const modLogConfig = defineModule(catalogue, {
  directives: {
    CustomLog: { bind: (ctx, node) => bindLog(ctx, node, false), apply: applyLog },
    GlobalLog: { bind: (ctx, node) => bindLog(ctx, node, true), apply: applyLog },
    TransferLog: { bind: (ctx, node) => bindLog(ctx, node, false), apply: applyLog },
    LogFormat: {
      bind: (ctx, node): BoundFormat | undefined => {
        const [format, nickname] = node.args;
        if (format === undefined || !checkFormat(ctx, format)) return undefined;
        return { format: format.text, nickname: nickname?.text };
      },
      apply: ({ server }, { format, nickname }: BoundFormat) => {
        if (nickname === undefined) server.transferFormat = format;
        else server.formats.set(nickname.toLowerCase(), format);
      },
    },
    BufferedLogs: { accepted: 'lines are always gathered for a few milliseconds and written together' },
  },
  createServerConfig: createLogServerConfig,
  mergeServerConfig: mergeLogServerConfig,
  hooks: [hook('logTransaction', logTransaction)],
});
