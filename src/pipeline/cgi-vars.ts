import { remembering } from '../source/remembering.ts';
import { knownRemoteHost } from './remote-host.ts';
import type { RequestRecord } from './request.ts';
import { subrequestUri } from './subrequest.ts';
import type { Table } from './table.ts';
import { escapeHtml } from './html.ts';
import { constructUrl, escapePath, requestScheme } from './url.ts';

/** What the config says about the variables of a script, for one request. */
export interface CgiSettings {
  /** `CGIPassAuth On`. */
  readonly passesAuth: boolean;
  /** `CGIVar REQUEST_URI current-uri`. */
  readonly usesCurrentUri: boolean;
  /** `QualifyRedirectURL On`. */
  readonly qualifiesRedirectUrl: boolean;
  /** The line that `ServerSignature` asks for, or ''. */
  readonly signature: string;
}

const DEFAULT_PATH = '/bin:/usr/bin:/usr/ucb:/usr/bsd:/usr/local/bin';

// Read once: asking the environment costs more than any other variable.
const PROCESS_PATH = process.env['PATH'] ?? DEFAULT_PATH;
const PROCESS_LIBRARY_PATH = process.env['LD_LIBRARY_PATH'];

/**
 * `HTTP_ACCEPT` for `Accept`; '' when a name holds anything but letters, digits and hyphens, or is `Proxy`.
 *
 * @source httpd server/util_script.c `http2env`; CVE-2016-5387 for `Proxy`
 */
const variableName = remembering({ most: 1000, longest: 64 }, (lower) =>
  lower === 'proxy' || !/^[a-z0-9-]+$/.test(lower) ? '' : `HTTP_${lower.toUpperCase().replaceAll('-', '_')}`,
);

/**
 * Puts the request's headers and what every script is told into `req.subprocessEnv`. Names that are there keep their
 * place and spelling, and get the new value.
 *
 * @source httpd server/util_script.c `ap_add_common_vars`
 */
export function addCommonVars(req: RequestRecord, settings: CgiSettings): void {
  const env = req.subprocessEnv;
  // The names put here differ from each other: where nothing was set before, none has to be looked for.
  const put = env.size === 0 ? append : replace;
  if (hasDuplicates(env)) env.compress();
  const path = env.get('PATH');
  const libraryPath = env.get('LD_LIBRARY_PATH');
  addHeaders(req, put, settings.passesAuth);

  const { server } = req;
  const { services } = server.gateway;
  const documentRoot = req.documentRoot ?? services.documentRoot(server);
  put(env, 'PATH', path ?? PROCESS_PATH);
  const processLibraryPath = libraryPath ?? PROCESS_LIBRARY_PATH;
  if (processLibraryPath !== undefined) put(env, 'LD_LIBRARY_PATH', processLibraryPath);
  put(env, 'SERVER_SIGNATURE', settings.signature);
  put(env, 'SERVER_SOFTWARE', services.serverSoftware(server));
  put(env, 'SERVER_NAME', escapeHtml(bracketedHost(services.serverName(req))));
  put(env, 'SERVER_ADDR', req.connection.localAddress);
  put(env, 'SERVER_PORT', String(services.serverPort(req)));
  const remoteHost = knownRemoteHost(req);
  if (remoteHost !== '') put(env, 'REMOTE_HOST', remoteHost);
  put(env, 'REMOTE_ADDR', req.clientAddress);
  put(env, 'DOCUMENT_ROOT', documentRoot);
  put(env, 'REQUEST_SCHEME', requestScheme(req));
  put(env, 'CONTEXT_PREFIX', req.contextPrefix ?? '');
  put(env, 'CONTEXT_DOCUMENT_ROOT', req.contextDocumentRoot ?? documentRoot);
  put(env, 'SERVER_ADMIN', services.serverAdmin(server));
  put(env, 'SCRIPT_FILENAME', scriptFilename(req));
  put(env, 'REMOTE_PORT', String(req.clientPort));
  if (req.user !== undefined) put(env, 'REMOTE_USER', req.user);
  else addEarlierUser(req, env);
  if (req.authType !== undefined) put(env, 'AUTH_TYPE', req.authType);
  if (req.prev) addRedirectVars(req, req.prev, env, settings.qualifiesRedirectUrl);
}

/** A subrequest that took the place of its main request leaves every variable twice. */
function hasDuplicates(env: Table): boolean {
  const names = env.lowerNames;
  for (let i = 1; i < names.length; i++) {
    if (names.indexOf(names[i]!) < i) return true;
  }
  return false;
}

type Put = (env: Table, name: string, value: string) => void;

function append(env: Table, name: string, value: string): void {
  env.add(name, value);
}

function replace(env: Table, name: string, value: string): void {
  env.set(name, value);
}

function addHeaders(req: RequestRecord, put: Put, passesAuth: boolean): void {
  const env = req.subprocessEnv;
  const { lowerNames, values } = req.headersIn;
  for (let i = 0; i < lowerNames.length; i++) {
    const lower = lowerNames[i]!;
    const value = values[i]!;
    if (lower === 'content-type') put(env, 'CONTENT_TYPE', value);
    else if (lower === 'content-length') put(env, 'CONTENT_LENGTH', value);
    else if (passesAuth || (lower !== 'authorization' && lower !== 'proxy-authorization')) {
      const name = variableName(lower);
      if (name !== '') put(env, name, value);
    }
  }
}

function bracketedHost(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

function scriptFilename(req: RequestRecord): string {
  const filename = req.filename ?? '';
  if (!req.notes.has('proxy-noquery')) return filename;
  const question = filename.indexOf('?');
  return question < 0 ? filename : filename.slice(0, question);
}

function addEarlierUser(req: RequestRecord, env: Table): void {
  for (let earlier = req.prev; earlier; earlier = earlier.prev) {
    if (earlier.user === undefined) continue;
    env.set('REDIRECT_REMOTE_USER', earlier.user);
    return;
  }
}

function addRedirectVars(req: RequestRecord, prev: RequestRecord, env: Table, isQualified: boolean): void {
  if (isQualified) {
    const query = prev.args === undefined ? '' : `?${prev.args}`;
    env.set('REDIRECT_URL', constructUrl(req, prev.parsedPath) + query);
  } else {
    env.set('REDIRECT_URL', prev.uri);
  }
  if (prev.args !== undefined) env.set('REDIRECT_QUERY_STRING', prev.args);
}

/**
 * Puts what only CGI-like scripts are told into `req.subprocessEnv`.
 *
 * @source httpd server/util_script.c `ap_add_cgi_vars`
 */
export function addCgiVars(req: RequestRecord, settings: CgiSettings): void {
  const env = req.subprocessEnv;
  env.set('GATEWAY_INTERFACE', 'CGI/1.1');
  env.set('SERVER_PROTOCOL', req.protocol);
  env.set('REQUEST_METHOD', req.method);
  env.set('QUERY_STRING', req.args ?? '');
  env.set('REQUEST_URI', settings.usesCurrentUri ? req.uri : originalTarget(req));
  if (req.pathInfo === '') {
    env.set('SCRIPT_NAME', req.uri);
    return;
  }
  env.set('SCRIPT_NAME', req.uri.slice(0, pathInfoStart(req.uri, req.pathInfo)));
  env.set('PATH_INFO', req.pathInfo);
  const sub = subrequestUri(req, escapePath(req.pathInfo));
  if (sub.filename !== undefined) env.set('PATH_TRANSLATED', sub.filename + sub.pathInfo);
}

/** Target of the request line that started it all. @source `original_uri` */
function originalTarget(req: RequestRecord): string {
  return /^\S*\s+(\S*)/.exec(req.theRequest)?.[1] ?? '';
}

/**
 * Where the path information starts in a URI: after the part that the two do not share at their ends, moved to the
 * next slash. Runs of slashes in the URI count as one.
 *
 * @source httpd server/util_script.c `ap_find_path_info`
 */
export function pathInfoStart(uri: string, pathInfo: string): number {
  let u = uri.length - 1;
  let p = pathInfo.length - 1;
  while (u >= 0 && p >= 0 && uri[u] === pathInfo[p]) {
    if (pathInfo[p] === '/') {
      while (u > 0 && uri[u - 1] === '/') u--;
    }
    u--;
    p--;
  }
  if (u < 0) u = 0;
  while (u < uri.length && uri[u] !== '/') u++;
  return u;
}
