import { statOf } from '../../source/stat.ts';
import type { DirectiveNode } from '../../syntax/tree.ts';
import type { AcceptedDirective, BindContext, UnservedDirective } from '../module.ts';
import { atoi, firstArg, isForbidden } from './bind-checks.ts';

function accepted(reason: string, bind?: AcceptedDirective['bind']): AcceptedDirective {
  return bind ? { accepted: reason, bind } : { accepted: reason };
}

const globalOnly = (ctx: BindContext, node: DirectiveNode): undefined =>
  void isForbidden(ctx, node, 'globalOnly');

function onOff(ctx: BindContext, node: DirectiveNode): void {
  const word = firstArg(node);
  if (!/^(on|off)$/i.test(word.text)) ctx.error(word, "parameter must be 'on' or 'off'");
}

function unsigned(max: string, allowMinusOne: boolean) {
  const pattern = allowMinusOne ? /^(-1|[0-9]+)$/ : /^[0-9]+$/;
  return (ctx: BindContext, node: DirectiveNode): void => {
    const word = firstArg(node);
    if (!pattern.test(word.text)) {
      ctx.error(
        word,
        `parameter must be a number between ${allowMinusOne ? '-1' : '0'} and (${max}): ${word.text}`,
      );
    }
  };
}

function notNegative(ctx: BindContext, node: DirectiveNode): void {
  if (isForbidden(ctx, node, 'globalOnly')) return;
  const word = firstArg(node);
  if (atoi(word.text) < 0) ctx.error(word, `Invalid ${node.name.text} value: ${word.text}`);
}

const MUTEX_MECHANISM =
  /^(none|default|pthread|sysvsem|posixsem|sem|(flock|fcntl|file):.*|flock|fcntl|file)$/i;

function bindMutex(ctx: BindContext, node: DirectiveNode): void {
  if (isForbidden(ctx, node, 'globalOnly')) return;
  const [mechanism] = node.args;
  if (!mechanism) ctx.error(node, 'Mutex requires at least a mechanism argument');
  else if (!MUTEX_MECHANISM.test(mechanism.text))
    ctx.error(mechanism, `Invalid Mutex argument ${mechanism.text}`);
}

const REGEX_OPTIONS = /^[+-]?(none|ICASE|EXTENDED|DOTALL|DOLLAR_ENDONLY)$/i;

function bindRegexDefaultOptions(ctx: BindContext, node: DirectiveNode): void {
  if (isForbidden(ctx, node, 'globalOnly')) return;
  for (const word of node.args) {
    if (!REGEX_OPTIONS.test(word.text)) ctx.error(word, `RegexDefaultOptions: option '${word.text}' unknown`);
  }
}

function bindCoreDumpDirectory(ctx: BindContext, node: DirectiveNode): void {
  if (isForbidden(ctx, node, 'globalOnly') || !ctx.mayTouchDisk) return;
  const word = firstArg(node);
  const path = ctx.serverRootRelative(word.text);
  const stats = statOf(path);
  if (!stats?.isDirectory()) {
    ctx.error(word, `CoreDumpDirectory ${path} does not exist${stats ? ' or is not a directory' : ''}`);
  }
}

/** The text of an `Error` line without its outer quotes. */
function bindError(ctx: BindContext, node: DirectiveNode): void {
  const quoted = /^(["'])(.*)\1$/s.exec(node.argsText);
  const message = quoted ? quoted[2]! : node.argsText;
  ctx.error(node, message || 'The Error directive was used with no message.');
}

/** core's directives that mean nothing to the gateway, and those that it does not serve. */
export const otherDirectives = {
  Error: accepted('it stops the start when it is read', bindError),
  Port: accepted(
    'httpd refuses it',
    (ctx, node) => void ctx.error(node, 'Port was replaced with Listen in Apache 2.0'),
  ),
  NameVirtualHost: accepted(
    'it has no effect since httpd 2.4',
    (ctx, node) => void ctx.warn(node, 'NameVirtualHost has no effect', 'remove the line'),
  ),
  DefaultType: accepted('it has no effect since httpd 2.4', (ctx, node) => {
    if (firstArg(node).text.toLowerCase() !== 'none')
      ctx.warn(node, 'Ignoring deprecated use of DefaultType', 'use ForceType or AddType');
  }),
  EnableMMAP: accepted('files are never memory-mapped', onOff),
  EnableSendfile: accepted('files are read and written by the process', onOff),
  ReadBufferSize: accepted('buffers have a fixed size', unsigned('4294967295U)', false)),
  FlushMaxThreshold: accepted('the output buffer follows the socket', unsigned('4294967295U)', false)),
  FlushMaxPipelined: accepted('pipelined answers are sent one by one', unsigned('2147483647', true)),
  Protocol: accepted('the protocol of a listener follows from its other settings'),
  AcceptFilter: accepted('the kernel hands over connections as they come', globalOnly),
  Mutex: accepted('the gateway uses no mutexes of the system', bindMutex),
  RLimitCPU: accepted('it limits programs that the gateway never starts'),
  RLimitMEM: accepted('it limits programs that the gateway never starts'),
  RLimitNPROC: accepted('it limits programs that the gateway never starts'),
  ScoreBoardFile: accepted('the gateway has no scoreboard', globalOnly),
  ExtendedStatus: accepted('the gateway has no scoreboard', globalOnly),
  SeeRequestTail: accepted('the gateway has no scoreboard', globalOnly),
  MaxRequestsPerChild: accepted('processes are not recycled by count', globalOnly),
  MaxConnectionsPerChild: accepted('processes are not recycled by count', globalOnly),
  CoreDumpDirectory: accepted('the gateway writes no core files', bindCoreDumpDirectory),
  MaxMemFree: accepted('memory is managed by the runtime', notNegative),
  ThreadStackSize: accepted('memory is managed by the runtime', notNegative),
  ProtocolsHonorOrder: accepted('one protocol is served', (ctx, node) => {
    const word = firstArg(node);
    if (!/^(on|off)$/i.test(word.text)) ctx.error(word, "ProtocolsHonorOrder must be 'on' or 'off'");
  }),
  ContentDigest: { notServed: 'responses carry no Content-MD5 header' } satisfies UnservedDirective,
  LimitXMLRequestBody: accepted('no request body is parsed as XML', (ctx, node) => {
    const word = firstArg(node);
    if (atoi(word.text) < 0) ctx.error(word, 'LimitXMLRequestBody requires a non-negative integer.');
  }),
  RegexDefaultOptions: {
    notServed: 'patterns are compiled with the default options DOTALL and DOLLAR_ENDONLY',
    bind: bindRegexDefaultOptions,
  } satisfies UnservedDirective,
  SetOutputFilter: { notServed: 'responses pass no configured filter' } satisfies UnservedDirective,
  SetInputFilter: { notServed: 'request bodies pass no configured filter' } satisfies UnservedDirective,
} as const;
