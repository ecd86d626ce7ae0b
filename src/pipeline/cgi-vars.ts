import { ownText, remembering } from '../source/remembering.ts';
import { escapeHtml } from './html.ts';
import { knownRemoteHost } from './remote-host.ts';
import type { RequestRecord } from './request.ts';
import { subrequestUri } from './subrequest.ts';
import { FixedVariables, type ScriptVariables } from './script-variables.ts';
import type { ServerRecord } from './server.ts';
import { bracketed, constructUrl, escapePath, pathInfoStart, requestScheme } from './url.ts';

/** What the config says about the variables of a script: one object for all requests that it applies to. */
export interface CgiSettings {
  /** `CGIPassAuth On`. */
  readonly passesAuth: boolean;
  /** `CGIVar REQUEST_URI current-uri`. */
  readonly usesCurrentUri: boolean;
  /** `QualifyRedirectURL On`. */
  readonly qualifiesRedirectUrl: boolean;
  /** The line that `ServerSignature` asks for, or ''; the same for all requests to one host and address. */
  signature(req: RequestRecord): string;
}

const DEFAULT_PATH = '/bin:/usr/bin:/usr/ucb:/usr/bsd:/usr/local/bin';

const PROCESS_LIBRARY_PATH = process.env['LD_LIBRARY_PATH'];

/**
 * `HTTP_ACCEPT` for `Accept`, `CONTENT_TYPE` for `Content-Type`; '' when a name holds anything but letters, digits and
 * hyphens, or is `Proxy`.
 *
 * @source httpd server/util_script.c `http2env`; CVE-2016-5387 for `Proxy`
 */
const variableName = remembering({ most: 1000, longest: 64 }, (lower) => {
  if (lower === 'proxy' || !/^[a-z0-9-]+$/.test(lower)) return '';
  const name = lower.toUpperCase().replaceAll('-', '_');
  return lower === 'content-type' || lower === 'content-length' ? name : `HTTP_${name}`;
});

/** What this process tells scripts, unless the configuration says otherwise. */
const PROCESS_VARIABLES = new FixedVariables([
  ['PATH', process.env['PATH'] ?? DEFAULT_PATH],
  ...(PROCESS_LIBRARY_PATH === undefined ? [] : ([['LD_LIBRARY_PATH', PROCESS_LIBRARY_PATH]] as const)),
]);

/**
 * Puts the request's headers and what every script is told into the environment.
 *
 * @source httpd server/util_script.c `ap_add_common_vars`
 */
export function addCommonVars(req: RequestRecord, settings: CgiSettings, vars: ScriptVariables): void {
  addHeaders(req, vars, settings.passesAuth);
  vars.setDefaults(PROCESS_VARIABLES);
  const host = hostVariables(req, settings);
  vars.setAll(host.server);
  const remoteHost = knownRemoteHost(req);
  if (remoteHost !== '') vars.set('REMOTE_HOST', remoteHost);
  vars.set('REMOTE_ADDR', req.clientAddress);
  vars.setAll(host.place);
  vars.set('SCRIPT_FILENAME', scriptFilename(req));
  vars.set('REMOTE_PORT', String(req.clientPort));
  if (req.user !== undefined) vars.set('REMOTE_USER', req.user);
  else if (req.prev) addEarlierUser(req.prev, vars);
  if (req.authType !== undefined) vars.set('AUTH_TYPE', req.authType);
  if (req.prev) addRedirectVars(req, req.prev, vars, settings.qualifiesRedirectUrl);
}

/** What all requests for one host are told alike, and what it was made from. */
interface HostVariables {
  readonly settings: CgiSettings;
  readonly hostPort: number | undefined;
  readonly localAddress: string;
  readonly localPort: number;
  readonly isTls: boolean;
  readonly documentRoot: string | undefined;
  readonly contextPrefix: string | undefined;
  readonly contextDocumentRoot: string | undefined;
  /** SERVER_SIGNATURE to SERVER_PORT. */
  readonly server: FixedVariables;
  /** DOCUMENT_ROOT to SERVER_ADMIN. */
  readonly place: FixedVariables;
}

/** Hosts that are remembered for each server. */
const MOST_HOSTS = 100;
const knownHosts = new WeakMap<ServerRecord, Map<string, HostVariables>>();

/** The variables of the request's host: those of the last request for it, where they are the same. */
function hostVariables(req: RequestRecord, settings: CgiSettings): HostVariables {
  const { server, connection } = req;
  const hostname = req.hostname ?? '';
  let hosts = knownHosts.get(server);
  if (hosts === undefined) knownHosts.set(server, (hosts = new Map<string, HostVariables>()));
  const known = hosts.get(hostname);
  if (
    known !== undefined &&
    known.settings === settings &&
    known.hostPort === req.hostPort &&
    known.localAddress === connection.localAddress &&
    known.localPort === connection.localPort &&
    known.isTls === connection.isTls &&
    known.documentRoot === req.documentRoot &&
    known.contextPrefix === req.contextPrefix &&
    known.contextDocumentRoot === req.contextDocumentRoot
  )
    return known;
  if (hosts.size >= MOST_HOSTS) hosts.clear();
  const made = makeHostVariables(req, settings);
  hosts.set(ownText(hostname), made);
  return made;
}

function makeHostVariables(req: RequestRecord, settings: CgiSettings): HostVariables {
  const { server, connection } = req;
  const { services } = server.gateway;
  const documentRoot = req.documentRoot ?? services.documentRoot(server);
  return {
    settings,
    hostPort: req.hostPort,
    localAddress: connection.localAddress,
    localPort: connection.localPort,
    isTls: connection.isTls,
    documentRoot: req.documentRoot,
    contextPrefix: req.contextPrefix,
    contextDocumentRoot: req.contextDocumentRoot,
    server: new FixedVariables([
      ['SERVER_SIGNATURE', settings.signature(req)],
      ['SERVER_SOFTWARE', services.serverSoftware(server)],
      ['SERVER_NAME', escapeHtml(bracketed(services.serverName(req)))],
      ['SERVER_ADDR', connection.localAddress],
      ['SERVER_PORT', String(services.serverPort(req))],
    ]),
    place: new FixedVariables([
      ['DOCUMENT_ROOT', documentRoot],
      ['REQUEST_SCHEME', requestScheme(req)],
      ['CONTEXT_PREFIX', req.contextPrefix ?? ''],
      ['CONTEXT_DOCUMENT_ROOT', req.contextDocumentRoot ?? documentRoot],
      ['SERVER_ADMIN', services.serverAdmin(server)],
    ]),
  };
}

function addHeaders(req: RequestRecord, vars: ScriptVariables, passesAuth: boolean): void {
  const { lowerNames, values } = req.headersIn;
  for (let i = 0; i < lowerNames.length; i++) {
    const lower = lowerNames[i]!;
    const name = variableName(lower);
    if (name !== '' && (passesAuth || !isCredentials(lower))) vars.set(name, values[i]!);
  }
}

function isCredentials(lower: string): boolean {
  return lower === 'authorization' || lower === 'proxy-authorization';
}

function scriptFilename(req: RequestRecord): string {
  const filename = req.filename ?? '';
  if (!req.notes.hasLower('proxy-noquery')) return filename;
  const question = filename.indexOf('?');
  return question < 0 ? filename : filename.slice(0, question);
}

function addEarlierUser(prev: RequestRecord, vars: ScriptVariables): void {
  for (let earlier: RequestRecord | undefined = prev; earlier; earlier = earlier.prev) {
    if (earlier.user === undefined) continue;
    vars.set('REDIRECT_REMOTE_USER', earlier.user);
    return;
  }
}

function addRedirectVars(
  req: RequestRecord,
  prev: RequestRecord,
  vars: ScriptVariables,
  isQualified: boolean,
): void {
  if (isQualified) {
    const query = prev.args === undefined ? '' : `?${prev.args}`;
    vars.set('REDIRECT_URL', constructUrl(req, prev.parsedPath) + query);
  } else {
    vars.set('REDIRECT_URL', prev.uri);
  }
  if (prev.args !== undefined) vars.set('REDIRECT_QUERY_STRING', prev.args);
}

/**
 * Puts what only CGI-like scripts are told into the environment.
 *
 * @source httpd server/util_script.c `ap_add_cgi_vars`
 */
export function addCgiVars(req: RequestRecord, settings: CgiSettings, vars: ScriptVariables): void {
  vars.set('GATEWAY_INTERFACE', 'CGI/1.1');
  vars.set('SERVER_PROTOCOL', req.protocol);
  vars.set('REQUEST_METHOD', req.method);
  vars.set('QUERY_STRING', req.args ?? '');
  vars.set('REQUEST_URI', settings.usesCurrentUri ? req.uri : originalTarget(req));
  if (req.pathInfo === '') {
    vars.set('SCRIPT_NAME', req.uri);
    return;
  }
  vars.set('SCRIPT_NAME', req.uri.slice(0, pathInfoStart(req.uri, req.pathInfo)));
  vars.set('PATH_INFO', req.pathInfo);
  // The look-up sees the variables so far.
  vars.publish();
  const sub = subrequestUri(req, escapePath(req.pathInfo));
  if (sub.filename !== undefined) vars.set('PATH_TRANSLATED', sub.filename + sub.pathInfo);
}

/** Target of the request line that started it all. @source `original_uri` */
function originalTarget(req: RequestRecord): string {
  return /^[^\t-\r ]*[\t-\r ]+([^\t-\r ]*)/.exec(req.theRequest)?.[1] ?? '';
}
