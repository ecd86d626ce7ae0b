/**
 * What an expression may ask of the request that it is evaluated for. The pipeline's request implements it;
 * everything is a latin1 byte string, and what is absent is the empty string or `undefined` as said.
 */
export interface ExprContext {
  /** Value of `%{NAME}`; empty when unset. `HTTP_*`, `TIME*` and `SSL_*` never come here. */
  variable(name: ExprVariable): string;
  /** A request header as the server merged it, by any case of its name. */
  requestHeader(name: string): string | undefined;
  /** A response header: `headersOut`, then `errHeadersOut`. */
  responseHeader(name: string): string | undefined;
  /** A variable of the request's environment (`SetEnv`, `SetEnvIf`, `MATCH_*`). */
  requestEnv(name: string): string | undefined;
  /** A request note. */
  note(name: string): string | undefined;
  /** A variable of the server's own environment. */
  processEnv(name: string): string | undefined;
  /** A variable that mod_ssl knows, by its upper-case name; only asked when the text was parsed with `ssl`. */
  sslVariable?(name: string): string;
  /** Values of the client certificate's extensions with this object identifier. */
  peerExtensions?(oid: string): readonly string[];
  /** Adds a request header's name to the response's `Vary`. */
  addVary(name: string): void;
  /** Whether a file sub-request for this path finds a file and is allowed (`-F`). */
  subrequestFile(path: string): boolean;
  /** Whether a URL sub-request for this path is answered with a status below 400 (`-U`, `-A`). */
  subrequestUri(uri: string): boolean;
}

/** Names of `%{NAME}` that depend on the request and its connection. */
export type ExprVariable = (typeof EXPR_VARIABLES)[number];

/** The variables that an {@link ExprContext} answers. Those that any request answers alike are not here. */
export const EXPR_VARIABLES = [
  'REQUEST_METHOD',
  'REQUEST_SCHEME',
  'REQUEST_URI',
  'DOCUMENT_URI',
  'QUERY_STRING',
  'THE_REQUEST',
  'REQUEST_FILENAME',
  'SCRIPT_FILENAME',
  'PATH_INFO',
  'REQUEST_STATUS',
  'CONTENT_TYPE',
  'HANDLER',
  'DOCUMENT_ROOT',
  'CONTEXT_PREFIX',
  'CONTEXT_DOCUMENT_ROOT',
  'REMOTE_ADDR',
  'REMOTE_PORT',
  'REMOTE_HOST',
  'REMOTE_USER',
  'REMOTE_IDENT',
  'AUTH_TYPE',
  'CONN_REMOTE_ADDR',
  'SERVER_NAME',
  'SERVER_PORT',
  'SERVER_ADMIN',
  'SERVER_PROTOCOL',
  'SERVER_SOFTWARE',
  'API_VERSION',
  'HTTPS',
  'HTTP2',
  'IPV6',
  'IS_SUBREQ',
  'REQUEST_LOG_ID',
  'CONN_LOG_ID',
  'SCRIPT_USER',
  'SCRIPT_GROUP',
  'LAST_MODIFIED',
] as const;

/**
 * The text of an expression's last successful match, `[0]` the whole, and its groups. One such object lives for
 * one evaluation; a consumer that hands captures on (`SetEnvIfExpr`, `ProxyFCGISetEnvIf`, `RewriteCond expr`) keeps it
 * and gives it to the next evaluation.
 */
export interface Captures {
  groups: readonly (string | undefined)[];
  /** The last pattern with groups that was tried did not match. */
  hasFailed: boolean;
}

/** A fresh {@link Captures} in which every `$n` is empty. */
export function noCaptures(): Captures {
  return { groups: [], hasFailed: false };
}

/** An expression that failed while it was evaluated: `file()` of what cannot be read, or too deep a nesting. */
export class ExprError extends Error {
  readonly code = 'HGW_EXPR_FAILED';
  override readonly name = 'ExprError';
}

/** A compiled condition. Throws {@link ExprError}. */
export type Condition = (context: ExprContext, captures?: Captures) => boolean;

/** A compiled string. Throws {@link ExprError}. */
export type StringValue = (context: ExprContext, captures?: Captures) => string;
