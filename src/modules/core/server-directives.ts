import { statSync } from 'node:fs';
import { fsPath } from '../../source/fs-path.ts';
import type { DirectiveNode, Word } from '../../syntax/tree.ts';
import type { BindContext, ServedDirective } from '../module.ts';
import { atoi, firstArg, flag, isForbidden, type Forbidden, oneOf } from './bind-checks.ts';
import type { CoreDirConfig, CoreServerConfig } from './config.ts';

type Served<V> = ServedDirective<CoreServerConfig, CoreDirConfig, V>;

/** A directive whose checked value goes into one field of the server config. */
function serverField<K extends keyof CoreServerConfig>(
  field: K,
  bind: (ctx: BindContext, node: DirectiveNode) => NonNullable<CoreServerConfig[K]> | undefined,
  forbidden?: Forbidden,
): Served<NonNullable<CoreServerConfig[K]>> {
  return {
    bind: (ctx, node) => (forbidden && isForbidden(ctx, node, forbidden) ? undefined : bind(ctx, node)),
    apply: ({ server }, value) => {
      server[field] = value;
    },
  };
}

function nonNegative(ctx: BindContext, node: DirectiveNode, hint: string): number | undefined {
  const word = firstArg(node);
  const value = atoi(word.text);
  if (value < 0)
    return ctx.error(word, `${node.name.text} "${word.text}" must be a non-negative integer${hint}`);
  if (!/^[0-9]+$/.test(word.text)) {
    ctx.warn(word, `${node.name.text} "${word.text}" is not a number`, `httpd reads it as ${value}`);
  }
  return value;
}

const TOKENS: ReadonlyMap<string, NonNullable<CoreServerConfig['serverTokens']>> = new Map([
  ['os', 'OS'],
  ['min', 'Min'],
  ['minimal', 'Min'],
  ['major', 'Major'],
  ['minor', 'Minor'],
  ['prod', 'Prod'],
  ['productonly', 'Prod'],
  ['full', 'Full'],
]);

function bindServerName(ctx: BindContext, node: DirectiveNode): CoreServerConfig['serverName'] {
  const word = firstArg(node);
  const scheme = /^([^:/]*):\/\//.exec(word.text)?.[1];
  const rest = scheme === undefined ? word.text : word.text.slice(scheme.length + 3);
  const colon = rest.lastIndexOf(':');
  const hasPort = colon >= 0 && !rest.endsWith(']');
  const name = hasPort ? rest.slice(0, colon) : rest;
  if (/[*?[\]]/.test(name)) {
    return ctx.error(word, `Invalid ServerName "${word.text}" use ServerAlias to set multiple server names.`);
  }
  if (!hasPort) return { name, port: 0, scheme };
  const port = atoi(rest.slice(colon + 1));
  if (port < 1 || port > 65535) {
    return ctx.error(
      word,
      `The port number "${word.text}" is outside the appropriate range (i.e., 1..65535).`,
    );
  }
  return { name, port, scheme };
}

function isDirectory(path: string): boolean {
  try {
    return statSync(fsPath(path)).isDirectory();
  } catch {
    return false;
  }
}

function bindDocumentRoot(ctx: BindContext, node: DirectiveNode): string | undefined {
  const word = firstArg(node);
  const path = ctx.serverRootRelative(word.text);
  if (ctx.mayTouchDisk && !isDirectory(path)) {
    if (!ctx.inVhost)
      return ctx.error(word, `DocumentRoot '${word.text}' is not a directory, or is not readable`);
    ctx.warn(word, `DocumentRoot [${path}] does not exist`);
  }
  return path.length > 1 ? path.replace(/\/+$/, '') || '/' : path;
}

function bindProtocolOptions(ctx: BindContext, node: DirectiveNode): ProtocolOptions | undefined {
  const seen: Record<string, string> = {};
  for (const word of node.args) {
    const pair = PROTOCOL_OPTIONS.get(word.text.toLowerCase());
    if (!pair) {
      return ctx.error(
        word,
        "HttpProtocolOptions accepts 'Unsafe' or 'Strict' (default), 'RegisteredMethods' or 'LenientMethods' (default), and 'Require1.0' or 'Allow0.9' (default)",
      );
    }
    const [group, name] = pair;
    const other = seen[group];
    if (other !== undefined && other !== name) {
      const [a, b] = [other, name].sort((x, y) => PAIR_ORDER.indexOf(x) - PAIR_ORDER.indexOf(y));
      return ctx.error(word, `HttpProtocolOptions '${a}' and '${b}' are mutually exclusive`);
    }
    seen[group] = name;
  }
  return {
    ...(seen['strict'] && { strictProtocol: seen['strict'] === 'Strict' }),
    ...(seen['methods'] && { lenientMethods: seen['methods'] === 'LenientMethods' }),
    ...(seen['version'] && { allow09: seen['version'] === 'Allow0.9' }),
  };
}

type ProtocolOptions = Pick<CoreServerConfig, 'strictProtocol' | 'lenientMethods' | 'allow09'>;

const PROTOCOL_OPTIONS: ReadonlyMap<string, readonly [group: string, name: string]> = new Map([
  ['strict', ['strict', 'Strict']],
  ['unsafe', ['strict', 'Unsafe']],
  ['registeredmethods', ['methods', 'RegisteredMethods']],
  ['lenientmethods', ['methods', 'LenientMethods']],
  ['allow0.9', ['version', 'Allow0.9']],
  ['require1.0', ['version', 'Require1.0']],
]);
const PAIR_ORDER = ['Strict', 'Unsafe', 'RegisteredMethods', 'LenientMethods', 'Allow0.9', 'Require1.0'];

const ERROR_LOG_ITEMS = /^[aAEFikLlmMPTtvV%]$/;

function checkErrorLogFormat(ctx: BindContext, format: Word): boolean {
  const item = /%(?:[ %]|[-0-9+]*(?:\{[^}]*\})?(.))/g;
  for (let found = item.exec(format.text); found; found = item.exec(format.text)) {
    const letter = found[1];
    if (letter !== undefined && !ERROR_LOG_ITEMS.test(letter)) {
      ctx.error(format, `Unrecognized error log format directive %${letter}`);
      return false;
    }
  }
  return true;
}

/** core's directives that set something for a whole server. */
export const serverDirectives = {
  ServerName: serverField('serverName', bindServerName, ['directory', 'location', 'files', 'proxy']),
  ServerAlias: {
    bind: (ctx, node) => {
      if (!ctx.inVhost) return ctx.error(node, 'ServerAlias only used in <VirtualHost>');
      return node.args.map((word) => word.text);
    },
    apply: ({ server }, names) => {
      server.serverAliases.push(...names.map((name) => name.toLowerCase()));
    },
  } satisfies Served<string[]>,
  ServerPath: serverField('serverPath', (_ctx, node) => firstArg(node).text),
  ServerAdmin: serverField('serverAdmin', (_ctx, node) => firstArg(node).text),
  DocumentRoot: serverField('documentRoot', bindDocumentRoot, 'anyDirectory'),
  AccessFileName: serverField(
    'accessFileNames',
    (_ctx, node) => node.args.map((word) => word.text),
    'anyDirectory',
  ),
  ErrorLog: serverField(
    'errorLog',
    (ctx, node) => {
      const target = firstArg(node).text;
      const isPath = !target.startsWith('|') && !/^syslog(:|$)/.test(target);
      return { target: isPath ? ctx.serverRootRelative(target) : target, span: node.span };
    },
    ['directory', 'location', 'files', 'proxy'],
  ),
  ErrorLogFormat: {
    bind: (ctx, node) => {
      const [first, second] = node.args;
      if (!first) return undefined;
      const format = second ?? first;
      const kind = second ? first.text.toLowerCase() : '';
      if (second && kind !== 'request' && kind !== 'connection') {
        return ctx.error(first, 'ErrorLogFormat type must be one of request, connection');
      }
      if (!checkErrorLogFormat(ctx, format)) return undefined;
      if (kind === '' && !/%[-0-9+]*M/.test(format.text)) {
        return ctx.error(format, "main ErrorLogFormat must contain message format string '%M'");
      }
      return { kind, format: format.text };
    },
    apply: ({ server }, { kind, format }) => {
      server.errorLogFormats.set(kind, format);
    },
  } satisfies Served<{ kind: string; format: string }>,
  Timeout: serverField(
    'timeoutSeconds',
    (ctx, node) => {
      const word = firstArg(node);
      const seconds = atoi(word.text);
      if (!/^[0-9]+$/.test(word.text) || seconds <= 0) {
        ctx.warn(
          word,
          `Timeout "${word.text}" is not a positive number of seconds`,
          'the default of 60 is used',
        );
        return 60;
      }
      return seconds;
    },
    'anyDirectory',
  ),
  LimitRequestLine: serverField(
    'limitRequestLine',
    (ctx, node) => nonNegative(ctx, node, ''),
    'anyDirectory',
  ),
  LimitRequestFieldsize: serverField(
    'limitRequestFieldSize',
    (ctx, node) => nonNegative(ctx, node, ''),
    'anyDirectory',
  ),
  LimitRequestFields: serverField(
    'limitRequestFields',
    (ctx, node) => nonNegative(ctx, node, ' (0 = no limit)'),
    'anyDirectory',
  ),
  AllowEncodedSlashes: serverField(
    'allowEncodedSlashes',
    oneOf(['on', 'off', 'nodecode'] as const, 'AllowEncodedSlashes must be On, Off, or NoDecode'),
  ),
  MergeSlashes: serverField('mergeSlashes', (_ctx, node) => flag(node)),
  StrictHostCheck: serverField('strictHostCheck', (_ctx, node) => flag(node)),
  TraceEnable: serverField(
    'traceEnable',
    oneOf(['on', 'off', 'extended'] as const, "TraceEnable must be one of 'on', 'off', or 'extended'"),
  ),
  Protocols: serverField('protocols', (_ctx, node) => node.args.map((word) => word.text), [
    'directory',
    'location',
    'files',
    'proxy',
  ]),
  HttpProtocolOptions: {
    bind: bindProtocolOptions,
    apply: ({ server }, options) => {
      Object.assign(server, options);
    },
  } satisfies Served<ProtocolOptions>,
  MergeTrailers: serverField('mergeTrailers', (_ctx, node) => flag(node)),
  LimitInternalRecursion: {
    bind: (ctx, node) => {
      const limits = node.args.map((word) => atoi(word.text));
      const bad = limits.findIndex((limit) => limit <= 0);
      if (bad >= 0)
        return ctx.error(node.args[bad] ?? node, 'The recursion limit must be greater than zero.');
      return { redirects: limits[0] ?? 10, subrequests: limits[1] ?? limits[0] ?? 10 };
    },
    apply: ({ server }, { redirects, subrequests }) => {
      server.redirectLimit = redirects;
      server.subrequestLimit = subrequests;
    },
  } satisfies Served<{ redirects: number; subrequests: number }>,
  ServerTokens: serverField(
    'serverTokens',
    (ctx, node) => {
      const word = firstArg(node);
      return (
        TOKENS.get(word.text.toLowerCase()) ??
        ctx.error(
          word,
          "ServerTokens takes 1 argument: 'Prod(uctOnly)', 'Major', 'Minor', 'Min(imal)', 'OS', or 'Full'",
        )
      );
    },
    'globalOnly',
  ),
  PidFile: serverField('pidFile', (ctx, node) => ctx.serverRootRelative(firstArg(node).text), 'globalOnly'),
  RegisterHttpMethod: {
    bind: (ctx, node) =>
      isForbidden(ctx, node, 'globalOnly') ? undefined : node.args.map((word) => word.text),
    apply: ({ server }, methods) => {
      server.registeredMethods.push(...methods);
    },
  } satisfies Served<string[]>,
} as const;
