import type { Span } from '../source/source.ts';
import type { DirConfig, DirMerge } from './dir-config.ts';
import type { PlannedHooks } from './phases.ts';
import type { RequestRecord } from './request.ts';
import type { Section } from './section.ts';

/** The main server or one virtual host, frozen. */
export interface ServerRecord {
  readonly isVirtual: boolean;
  /** ServerName, or the name that httpd derives; lower case not enforced. */
  readonly hostname: string;
  /** Port of ServerName, else of the virtual host's address; 0 when unknown. */
  readonly port: number;
  /** Scheme of `ServerName https://…`, else undefined. */
  readonly scheme: string | undefined;
  readonly span: Span | undefined;
  /** Merged server config of each module, by slot. */
  readonly serverConfig: readonly unknown[];
  /** The merged per-directory defaults that every walk starts from. */
  readonly dirDefaults: DirConfig;
  /** `<Directory>`, sorted by depth; then the regex ones, sorted; main server's first. */
  readonly directorySections: readonly Section[];
  readonly directoryMatchSections: readonly Section[];
  /** `<Location>` and `<LocationMatch>` in file order, main server's first. */
  readonly locationSections: readonly Section[];
  /** `<Proxy>` and `<ProxyMatch>` in file order, main server's first. */
  readonly proxySections: readonly Section[];
  readonly gateway: GatewayPlan;
}

/** What an error-log line is about. */
export interface LogContext {
  readonly req?: RequestRecord;
  readonly server?: ServerRecord;
  readonly clientAddress?: string;
  readonly clientPort?: number;
  /** errno text such as `(111)Connection refused`, shown before the message. */
  readonly cause?: string;
}

export type LogLevel =
  | 'emerg'
  | 'alert'
  | 'crit'
  | 'error'
  | 'warn'
  | 'notice'
  | 'info'
  | 'debug'
  | 'trace1'
  | 'trace2'
  | 'trace3'
  | 'trace4'
  | 'trace5'
  | 'trace6'
  | 'trace7'
  | 'trace8';

/** The error log as modules see it; the server gives the real one, tests a list. */
export interface ErrorLog {
  /**
   * @param module for the per-module LogLevel, such as `proxy_fcgi`
   * @param number httpd's log number with its prefix (`AH01071`), or '' where httpd has none
   */
  log(level: LogLevel, module: string, number: string, message: string, context: LogContext): void;
}

/** Everything that all virtual hosts share. */
export interface GatewayPlan {
  readonly servers: readonly ServerRecord[];
  readonly mainServer: ServerRecord;
  /** Absolute path without a slash at its end. */
  readonly serverRoot: string;
  /** Where sockets with a relative path are: `DefaultRuntimeDir`. */
  readonly runtimeDir: string;
  readonly hooks: PlannedHooks;
  readonly dirMerges: readonly (DirMerge | undefined)[];
  readonly errorLog: ErrorLog;
  readonly hostnameLookups: boolean;
  /** Reads an `.htaccess` file: gives its per-directory config, or the reason why it can't be honoured. */
  readonly readHtaccess: HtaccessReader;
  readonly services: CoreServices;
  /** Counts plans, so that caches know whose an entry is. */
  readonly generation: number;
  /** Loaded modules by name (`mod_alias`). */
  readonly modules: ReadonlySet<string>;
}

export interface HtaccessOverrides {
  /** `AllowOverride` classes in force, as the bit set of `bind/overrides.ts`. */
  readonly classes: number;
  /** `AllowOverride Options=`: names allowed; undefined: any. */
  readonly options: readonly string[] | undefined;
  /** `AllowOverrideList`: lower-case directive names. */
  readonly list: ReadonlySet<string> | undefined;
  readonly nonfatalOverride: boolean;
  readonly nonfatalUnknown: boolean;
}

export type HtaccessReader = (
  path: string,
  directory: string,
  overrides: HtaccessOverrides,
  server: ServerRecord,
) => AccessFile | UnusableAccessFile;

/** Why an `.htaccess` can't be used: it is wrong, or it can't be read for a cause of the system's. */
export type UnusableAccessFile = { readonly error: string } | { readonly unreadable: string };

/** What an `.htaccess` file says. */
export interface AccessFile {
  readonly config: DirConfig;
  /** One of its rules asks for the client's host name. */
  readonly usesHostnames: boolean;
}

/** What the pipeline asks of core and its kin, whose config it can't read itself. */
export interface CoreServices {
  /** `Satisfy` in force (mod_access_compat). */
  satisfies(req: RequestRecord): 'all' | 'any' | 'unspecified';
  /** `ErrorDocument` for a status, evaluated; undefined: the built-in page. */
  errorDocument(
    req: RequestRecord,
    status: number,
  ): { readonly kind: 'local' | 'url' | 'text'; readonly text: string } | undefined;
  allowEncodedSlashes(server: ServerRecord): 'off' | 'on' | 'nodecode';
  mergeSlashes(server: ServerRecord): boolean;
  redirectLimit(server: ServerRecord): number;
  subrequestLimit(server: ServerRecord): number;
  /** Host name for self-referential URLs and SERVER_NAME, by UseCanonicalName. */
  serverName(req: RequestRecord): string;
  serverPort(req: RequestRecord): number;
  documentRoot(server: ServerRecord): string;
  serverAdmin(server: ServerRecord): string;
  /** Value of the Server header and of SERVER_SOFTWARE, by ServerTokens. */
  serverSoftware(server: ServerRecord): string;
  /** `HostnameLookups` is on here. */
  looksUpHostnames(req: RequestRecord): boolean;
  /** Bytes of body allowed; 0: no limit. */
  limitRequestBody(req: RequestRecord): number;
  /**
   * Sends the built-in page, or `text` in its place, and ends the response.
   *
   * @param isLate the response to another status was on its way: httpd counts no length any more
   */
  sendErrorResponse(
    req: RequestRecord,
    recursiveError: number,
    text: string | undefined,
    isLate?: boolean,
  ): void;
}
