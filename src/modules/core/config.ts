import type { StringValue } from '../../expr/context.ts';
import type { LogLevel } from '../../pipeline/server.ts';
import type { HtaccessOverrides } from '../../pipeline/server.ts';
import type { Span } from '../../source/source.ts';
import { mergeOptions, type OptionsSetting } from './options.ts';

/** `ErrorDocument` for one status. */
export type ErrorDocument =
  | { readonly kind: 'default' }
  /** Local path, absolute URL or text, as the directive's own text looks. */
  | { readonly kind: 'local' | 'url' | 'text'; readonly evaluate: StringValue; readonly span: Span };

export interface LogLevels {
  /** undefined: inherited. */
  readonly level: LogLevel | undefined;
  /** By module name without `mod_` and `_module`, such as `proxy_fcgi`. */
  readonly modules: ReadonlyMap<string, LogLevel>;
}

export interface FileETagSetting {
  readonly absolute: ReadonlySet<'inode' | 'mtime' | 'size' | 'digest'> | undefined;
  readonly add: readonly ('inode' | 'mtime' | 'size' | 'digest')[];
  readonly remove: readonly ('inode' | 'mtime' | 'size' | 'digest')[];
}

/** core's per-directory config; a field that is undefined is inherited. */
export interface CoreDirConfig {
  options?: OptionsSetting;
  overrides?: HtaccessOverrides;
  overrideListOnly?: ReadonlySet<string>;
  acceptPathInfo?: 'on' | 'off' | 'default';
  /** Charset name; '' for Off. */
  addDefaultCharset?: string;
  errorDocuments?: ReadonlyMap<number, ErrorDocument>;
  fileETag?: FileETagSetting;
  hostnameLookups?: 'off' | 'on' | 'double';
  serverSignature?: 'off' | 'on' | 'email';
  /** Bytes; 0: no limit. */
  limitRequestBody?: number;
  cgiPassAuth?: boolean;
  /** CGIVar REQUEST_URI. */
  requestUriVariable?: 'current-uri' | 'original-uri';
  qualifyRedirectUrl?: boolean;
  /** undefined inside: `None` cancels an outer one. */
  forceType?: { readonly type: string | undefined };
  setHandler?: {
    readonly evaluate: StringValue | undefined;
    /** The handler that every request gets, when the expression has nothing to evaluate. */
    readonly constant: string | undefined;
    readonly text: string;
    readonly span: Span;
  };
  useCanonicalName?: 'off' | 'on' | 'dns';
  useCanonicalPhysicalPort?: boolean;
  logLevels?: LogLevels;
  maxRanges?: number | 'unlimited' | 'none';
  maxRangeOverlaps?: number | 'unlimited' | 'none';
  maxRangeReversals?: number | 'unlimited' | 'none';
}

/** Innermost wins, field by field; tables are overlaid entry by entry. */
export function mergeCoreDirConfig(base: CoreDirConfig, add: CoreDirConfig): CoreDirConfig {
  const merged: CoreDirConfig = { ...base, ...add };
  if (add.options) merged.options = mergeOptions(base.options, add.options);
  if (base.errorDocuments && add.errorDocuments) {
    merged.errorDocuments = new Map([...base.errorDocuments, ...add.errorDocuments]);
  }
  if (base.fileETag && add.fileETag) merged.fileETag = mergeFileETag(base.fileETag, add.fileETag);
  if (base.logLevels && add.logLevels) merged.logLevels = mergeLogLevels(base.logLevels, add.logLevels);
  return merged;
}

function mergeFileETag(base: FileETagSetting, add: FileETagSetting): FileETagSetting {
  if (add.absolute) return add;
  const remove = new Set(add.remove);
  const kept = base.add.filter((part) => !remove.has(part));
  const absolute =
    base.absolute && new Set([...base.absolute].filter((part) => !remove.has(part)).concat(add.add));
  // None is a setting; nothing left of one is none.
  const isUsedUp = absolute?.size === 0 && base.absolute?.size !== 0;
  return {
    absolute: isUsedUp ? undefined : absolute,
    add: [...kept, ...add.add],
    remove: [...base.remove.filter((part) => !add.add.includes(part)), ...add.remove],
  };
}

/** A bare level of the inner scope also resets the modules that only the outer scope names. */
export function mergeLogLevels(base: LogLevels, add: LogLevels): LogLevels {
  if (add.level !== undefined) return add;
  return { level: base.level, modules: new Map([...base.modules, ...add.modules]) };
}

/** core's server config; a field that is undefined is inherited from the main server, or has httpd's default. */
export interface CoreServerConfig {
  serverName?: { readonly name: string; readonly port: number; readonly scheme: string | undefined };
  /** Exact names in lower case, and patterns with `*` or `?`, in order. */
  serverAliases: string[];
  serverPath?: string;
  serverAdmin?: string;
  documentRoot?: string;
  accessFileNames?: readonly string[];
  errorLog?: { readonly target: string; readonly span: Span };
  /** By kind: '' the line itself, 'request', 'connection'. */
  errorLogFormats: Map<string, string>;
  logLevels?: LogLevels;
  timeoutSeconds?: number;
  limitRequestLine?: number;
  limitRequestFieldSize?: number;
  limitRequestFields?: number;
  allowEncodedSlashes?: 'off' | 'on' | 'nodecode';
  mergeSlashes?: boolean;
  strictHostCheck?: boolean;
  traceEnable?: 'off' | 'on' | 'extended';
  protocols?: readonly string[];
  strictProtocol?: boolean;
  lenientMethods?: boolean;
  allow09?: boolean;
  mergeTrailers?: boolean;
  redirectLimit?: number;
  subrequestLimit?: number;
  /** Main server only. */
  serverTokens?: 'Prod' | 'Major' | 'Minor' | 'Min' | 'Full' | 'OS';
  pidFile?: string;
  registeredMethods: string[];
}

export function createCoreServerConfig(): CoreServerConfig {
  return { serverAliases: [], errorLogFormats: new Map(), registeredMethods: [] };
}

/** The virtual host's own value, else the main server's. Names and AllowEncodedSlashes are never inherited. */
export function mergeCoreServerConfig(base: CoreServerConfig, add: CoreServerConfig): CoreServerConfig {
  const merged: CoreServerConfig = { ...base, ...add };
  if (!add.serverName) delete merged.serverName;
  if (!add.serverPath) delete merged.serverPath;
  if (!add.allowEncodedSlashes) delete merged.allowEncodedSlashes;
  merged.errorLogFormats = new Map([...base.errorLogFormats, ...add.errorLogFormats]);
  if (base.logLevels && add.logLevels) merged.logLevels = mergeLogLevels(base.logLevels, add.logLevels);
  return merged;
}
