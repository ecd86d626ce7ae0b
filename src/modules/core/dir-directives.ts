import { compileString } from '../../expr/compile.ts';
import { REASONS } from '../../pipeline/status.ts';
import type { LogLevel } from '../../pipeline/server.ts';
import type { DirectiveNode } from '../../syntax/tree.ts';
import type { BindContext, BoundExpr, ServedDirective } from '../module.ts';
import { unservedHandlerOf } from '../unserved/handlers.ts';
import { atoi, firstArg, flag, oneOf } from './bind-checks.ts';
import {
  mergeLogLevels,
  type CoreDirConfig,
  type CoreServerConfig,
  type FileETagSetting,
  type LogLevels,
} from './config.ts';
import { handlerName } from './handler-name.ts';
import { mergeOptions, optionBits, type OptionsSetting } from './options.ts';
import { bindAllowOverride } from './overrides.ts';

type Served<V> = ServedDirective<CoreServerConfig, CoreDirConfig, V>;

/** A directive whose checked value goes into one field of the per-directory config. */
function dirField<K extends keyof CoreDirConfig>(
  field: K,
  bind: (ctx: BindContext, node: DirectiveNode) => NonNullable<CoreDirConfig[K]> | undefined,
): Served<NonNullable<CoreDirConfig[K]>> {
  return {
    bind,
    apply: ({ dir }, value) => {
      dir[field] = value;
    },
  };
}

/** The setting of one `Options` line. @source httpd server/core.c `set_options` */
function bindOptions(ctx: BindContext, node: DirectiveNode): OptionsSetting | undefined {
  let absolute: number | undefined;
  let add = 0;
  let remove = 0;
  let isFirst = true;
  let isRelative: boolean | undefined;
  for (const word of node.args) {
    const sign = /^[+-]/.exec(word.text)?.[0];
    const name = sign ? word.text.slice(1) : word.text;
    const lower = name.toLowerCase();
    if (isRelative !== undefined && isRelative !== (sign !== undefined)) {
      return ctx.error(word, 'Either all Options must start with + or -, or no Option may.');
    }
    isRelative = sign !== undefined;
    const bits = optionBits(lower);
    if (bits === undefined) return ctx.error(word, `Illegal option ${name}`);
    if (lower === 'none' || lower === 'all') {
      const label = lower === 'none' ? 'None' : 'All';
      if (!isFirst) {
        const first =
          lower === 'none'
            ? "'Options None' must be the first Option given."
            : "'Options All' must be the first option given.";
        return ctx.error(word, first);
      }
      if (sign) return ctx.error(word, `You may not use 'Options +${label}' or 'Options -${label}'.`);
    }
    const wanted = lower === 'none' ? ['none'] : lower === 'all' ? ['all'] : [lower];
    if (
      ctx.allowedOptions &&
      lower !== 'none' &&
      !wanted.every((option) => ctx.allowedOptions!.includes(option))
    ) {
      return ctx.error(word, `Option ${name} not allowed here`);
    }
    isFirst = false;
    if (sign === '-') {
      remove |= bits;
      add &= ~bits;
    } else if (sign === '+') {
      add |= bits;
      remove &= ~bits;
    } else {
      absolute = (absolute ?? 0) | bits;
    }
  }
  if (isFirst) return undefined;
  return { absolute, add, remove };
}

interface BoundErrorDocument {
  readonly status: number;
  /** undefined: `default`. */
  readonly expr: BoundExpr | undefined;
}

function bindErrorDocument(ctx: BindContext, node: DirectiveNode): BoundErrorDocument | undefined {
  const [code, document] = node.args;
  if (!code || !document) return undefined;
  const status = atoi(code.text);
  if (!REASONS.has(status) || status < 100) {
    return ctx.error(code, `Unsupported HTTP response code ${code.text}`);
  }
  if (document.text.toLowerCase() === 'default') return { status, expr: undefined };
  if (status === 401 && /^[a-z][a-z0-9+.-]*:/i.test(document.text)) {
    ctx.warn(document, 'a full URL cannot be used in a 401 ErrorDocument: ignored', 'use a local path');
    return undefined;
  }
  const expr = ctx.expr(document, 'string', 'Cannot parse expression in ErrorDocument: ');
  return expr && { status, expr };
}

/** A text with a space is a text, whatever it starts with. @source httpd server/core.c `set_error_document` */
function documentKind(text: string): 'local' | 'url' | 'text' {
  if (text.includes(' ')) return 'text';
  if (text.startsWith('/')) return 'local';
  return /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(text) ? 'url' : 'text';
}

const LEVELS: readonly LogLevel[] = [
  'emerg',
  'alert',
  'crit',
  'error',
  'warn',
  'notice',
  'info',
  'debug',
  'trace1',
  'trace2',
  'trace3',
  'trace4',
  'trace5',
  'trace6',
  'trace7',
  'trace8',
];

interface BoundLogLevels {
  readonly level: LogLevel | undefined;
  readonly modules: readonly (readonly [string, LogLevel])[];
}

function bindLogLevel(ctx: BindContext, node: DirectiveNode): BoundLogLevels | undefined {
  let level: LogLevel | undefined;
  const modules: [string, LogLevel][] = [];
  for (const word of node.args) {
    const colon = word.text.indexOf(':');
    const keyword = word.text.slice(colon + 1).toLowerCase();
    const found = LEVELS.find((candidate) => candidate === keyword);
    if (!found) {
      const prefix = colon < 0 ? '' : `${word.text}: `;
      return ctx.error(
        word,
        `${prefix}Log level keyword must be one of emerg/alert/crit/error/warn/notice/info/debug/trace1/.../trace8`,
      );
    }
    if (colon < 0) {
      level = found;
      continue;
    }
    const name = word.text.slice(0, colon);
    if (!ctx.hasModule(name)) return ctx.error(word, `Cannot find module ${name}`);
    modules.push([logModuleName(name), found]);
  }
  return { level, modules };
}

/** `proxy_fcgi` for `proxy_fcgi_module`, `mod_proxy_fcgi.c` and `proxy_fcgi`. */
export function logModuleName(name: string): string {
  return name
    .replace(/^mod_/, '')
    .replace(/\.c$/, '')
    .replace(/_module$/, '');
}

const ETAG_WORDS = ['inode', 'mtime', 'size', 'digest'] as const;

function bindFileETag(ctx: BindContext, node: DirectiveNode): FileETagSetting | undefined {
  let absolute: Set<(typeof ETAG_WORDS)[number]> | undefined;
  const add: (typeof ETAG_WORDS)[number][] = [];
  const remove: (typeof ETAG_WORDS)[number][] = [];
  for (const word of node.args) {
    const sign = /^[+-]/.exec(word.text)?.[0];
    const name = sign ? word.text.slice(1) : word.text;
    const lower = name.toLowerCase();
    if (sign === undefined) {
      // What stands alone wipes out the relative settings before it.
      add.length = 0;
      remove.length = 0;
    }
    if (lower === 'all' || lower === 'none') {
      const label = lower === 'all' ? 'All' : 'None';
      if (sign) return ctx.error(word, `FileETag keyword '${label}' cannot be used with '+' or '-'`);
      absolute = new Set(lower === 'all' ? (['inode', 'mtime', 'size'] as const) : []);
      continue;
    }
    const part = ETAG_WORDS.find((candidate) => candidate === lower);
    if (!part) return ctx.error(word, `Unknown keyword '${name}' for FileETag directive`);
    if (sign === '+') add.push(part);
    else if (sign === '-') remove.push(part);
    else (absolute ??= new Set()).add(part);
  }
  return { absolute, add, remove };
}

function rangeLimit(field: 'maxRanges' | 'maxRangeOverlaps' | 'maxRangeReversals', standard: number) {
  return dirField(field, (ctx, node) => {
    const word = firstArg(node);
    const lower = word.text.toLowerCase();
    if (lower === 'none' || lower === 'unlimited') return lower;
    if (lower === 'default') return standard;
    const value = atoi(word.text);
    if (value <= 0) {
      return ctx.error(
        word,
        `${node.name.text} requires 'none', 'default', 'unlimited' or a positive integer`,
      );
    }
    return value;
  });
}

/** core's directives that set something for a directory, a location or a file. */
export const dirDirectives = {
  Options: {
    bind: bindOptions,
    apply: ({ dir }, setting) => {
      dir.options = dir.options ? mergeOptions(dir.options, setting) : setting;
    },
  } satisfies Served<OptionsSetting>,
  AllowOverride: {
    bind: (ctx, node) => {
      if (ctx.scope !== 'directory' || ctx.isRegexScope) {
        if (ctx.scope !== 'directory')
          ctx.warn(node, 'Useless use of AllowOverride', 'it has an effect in <Directory> only');
      }
      return bindAllowOverride(ctx, node);
    },
    apply: ({ dir }, overrides) => {
      dir.overrides = overrides;
    },
  } satisfies Served<NonNullable<CoreDirConfig['overrides']>>,
  AllowOverrideList: {
    bind: (ctx, node) => {
      if (ctx.scope !== 'directory')
        ctx.warn(node, 'Useless use of AllowOverrideList', 'it has an effect in <Directory> only');
      const words = node.args.map((word) => word.text.toLowerCase());
      return words[0] === 'none' && words.length === 1 ? [] : words;
    },
    apply: ({ dir }, names) => {
      dir.overrideListOnly = new Set([...(dir.overrideListOnly ?? []), ...names]);
    },
  } satisfies Served<string[]>,
  AcceptPathInfo: dirField(
    'acceptPathInfo',
    oneOf(['on', 'off', 'default'] as const, 'AcceptPathInfo must be set to on, off or default'),
  ),
  AddDefaultCharset: dirField('addDefaultCharset', (_ctx, node) => {
    const word = firstArg(node).text;
    const lower = word.toLowerCase();
    if (lower === 'off') return '';
    return lower === 'on' ? 'iso-8859-1' : word;
  }),
  ErrorDocument: {
    bind: bindErrorDocument,
    apply: ({ dir }, { status, expr }) => {
      const documents = new Map(dir.errorDocuments);
      documents.set(
        status,
        expr
          ? { kind: documentKind(expr.text), evaluate: compileString(expr.node), span: expr.span }
          : { kind: 'default' },
      );
      dir.errorDocuments = documents;
    },
  } satisfies Served<BoundErrorDocument>,
  FileETag: dirField('fileETag', bindFileETag),
  HostnameLookups: dirField(
    'hostnameLookups',
    oneOf(['on', 'off', 'double'] as const, "parameter must be 'on', 'off', or 'double'"),
  ),
  ServerSignature: dirField(
    'serverSignature',
    oneOf(['off', 'on', 'email'] as const, 'ServerSignature: use one of: off | on | email'),
  ),
  LimitRequestBody: dirField('limitRequestBody', (ctx, node) => {
    const word = firstArg(node);
    if (!/^\+?[0-9]{1,19}$/.test(word.text)) {
      return ctx.error(word, 'LimitRequestBody requires a non-negative integer.');
    }
    return Number(word.text);
  }),
  CGIPassAuth: dirField('cgiPassAuth', (_ctx, node) => flag(node)),
  CGIVar: dirField('requestUriVariable', (ctx, node) => {
    const [name, rule] = node.args;
    if (name?.text.toUpperCase() !== 'REQUEST_URI') {
      return ctx.error(name ?? node, `Unrecognized CGI variable: "${name?.text ?? ''}"`);
    }
    const lower = rule?.text.toLowerCase();
    if (lower === 'current-uri' || lower === 'original-uri') return lower;
    return ctx.error(rule ?? node, "Valid rules for REQUEST_URI are 'current-uri' and 'original-uri'");
  }),
  QualifyRedirectURL: dirField('qualifyRedirectUrl', (_ctx, node) => flag(node)),
  ForceType: dirField('forceType', (_ctx, node) => {
    const type = firstArg(node).text;
    return { type: type.toLowerCase() === 'none' ? undefined : type.toLowerCase() };
  }),
  SetHandler: {
    bind: (ctx, node) => {
      const word = firstArg(node);
      if (word.text.toLowerCase() === 'none') return { text: 'none', span: node.span };
      const expr = ctx.expr(word, 'string', "Can't parse expression : ");
      return expr && { text: word.text, expr, span: node.span };
    },
    apply: ({ dir }, { text, expr, span }) => {
      dir.setHandler = {
        text,
        evaluate: expr && compileString(expr.node),
        constant: expr?.node.kind === 'literal' ? handlerName(expr.node.value) : undefined,
        span,
      };
    },
    unserved: unservedHandlerOf,
  } satisfies Served<{ text: string; expr?: BoundExpr; span: BoundExpr['span'] }>,
  UseCanonicalName: dirField(
    'useCanonicalName',
    oneOf(['on', 'off', 'dns'] as const, "parameter must be 'on', 'off', or 'dns'"),
  ),
  UseCanonicalPhysicalPort: dirField('useCanonicalPhysicalPort', (ctx, node) => {
    const word = firstArg(node);
    const lower = word.text.toLowerCase();
    if (lower !== 'on' && lower !== 'off') return ctx.error(word, "parameter must be 'on' or 'off'");
    return lower === 'on';
  }),
  LogLevel: {
    bind: (ctx, node) => bindLogLevel(ctx, node),
    apply: ({ server, dir }, bound, ctx) => {
      const levels: LogLevels = { level: bound.level, modules: new Map(bound.modules) };
      if (ctx.path === undefined)
        server.logLevels = server.logLevels ? mergeLogLevels(server.logLevels, levels) : levels;
      else dir.logLevels = dir.logLevels ? mergeLogLevels(dir.logLevels, levels) : levels;
    },
  } satisfies Served<BoundLogLevels>,
  MaxRanges: rangeLimit('maxRanges', 200),
  MaxRangeOverlaps: rangeLimit('maxRangeOverlaps', 20),
  MaxRangeReversals: rangeLimit('maxRangeReversals', 20),
} as const;
