import { encodePair, encodePairs, pairEncoder, type PairEncoder } from '../fastcgi/params.ts';
import { ownText, remembering } from '../source/remembering.ts';
import { escapeHtml } from './html.ts';
import { knownRemoteHost } from './remote-host.ts';
import type { RequestRecord } from './request.ts';
import { subrequestUri } from './subrequest.ts';
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
 * The variable of a header, by its name in lower case: `HTTP_ACCEPT` for `Accept`, `CONTENT_TYPE` for `Content-Type`;
 * undefined when a name holds anything but letters, digits and hyphens, or is `Proxy`.
 *
 * @source httpd server/util_script.c `http2env`; CVE-2016-5387 for `Proxy`
 */
const headerEncoder = remembering({ most: 1000, longest: 64 }, (lower): PairEncoder | undefined => {
  if (lower === 'proxy' || !/^[a-z0-9-]+$/.test(lower)) return undefined;
  const name = lower.toUpperCase().replaceAll('-', '_');
  return pairEncoder(lower === 'content-type' || lower === 'content-length' ? name : `HTTP_${name}`);
});

const remoteAddr = pairEncoder('REMOTE_ADDR');
const scriptFilename = pairEncoder('SCRIPT_FILENAME');
const remotePort = pairEncoder('REMOTE_PORT');
const queryString = pairEncoder('QUERY_STRING');
const requestUri = pairEncoder('REQUEST_URI');
const scriptName = pairEncoder('SCRIPT_NAME');
const pathInfo = pairEncoder('PATH_INFO');

/** What this process tells scripts, unless the configuration says otherwise. */
const PROCESS_VARIABLES: readonly (readonly [string, string])[] = [
  ['PATH', process.env['PATH'] ?? DEFAULT_PATH],
  ...(PROCESS_LIBRARY_PATH === undefined ? [] : ([['LD_LIBRARY_PATH', PROCESS_LIBRARY_PATH]] as const)),
];

/** GATEWAY_INTERFACE to REQUEST_METHOD, by protocol and method. */
const interfaceText = remembering({ most: 10, longest: 16 }, (protocol) =>
  remembering({ most: 50, longest: 32 }, (method) =>
    fixedText([
      ['GATEWAY_INTERFACE', 'CGI/1.1'],
      ['SERVER_PROTOCOL', protocol],
      ['REQUEST_METHOD', method],
    ]),
  ),
);

/**
 * The request's headers and what every script is told, as parameters.
 *
 * @source httpd server/util_script.c `ap_add_common_vars`
 */
export function commonVariables(req: RequestRecord, settings: CgiSettings): string {
  const host = hostVariables(req, settings);
  let text = headerVariables(req, settings.passesAuth) + host.server;
  const remoteHost = knownRemoteHost(req);
  if (remoteHost !== '') text += encodePair('REMOTE_HOST', remoteHost);
  text += remoteAddr(req.clientAddress) + host.place;
  text += scriptFilename(scriptPath(req)) + remotePort(String(req.clientPort));
  if (req.user !== undefined) text += encodePair('REMOTE_USER', req.user);
  else if (req.prev) text += earlierUser(req.prev);
  if (req.authType !== undefined) text += encodePair('AUTH_TYPE', req.authType);
  if (req.prev) text += redirectVariables(req, req.prev, settings.qualifiesRedirectUrl);
  return text;
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
  /** PATH to SERVER_PORT, as parameters. */
  readonly server: string;
  /** DOCUMENT_ROOT to SERVER_ADMIN, as parameters. */
  readonly place: string;
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
    server: fixedText([
      ...PROCESS_VARIABLES,
      ['SERVER_SIGNATURE', settings.signature(req)],
      ['SERVER_SOFTWARE', services.serverSoftware(server)],
      ['SERVER_NAME', escapeHtml(bracketed(services.serverName(req)))],
      ['SERVER_ADDR', connection.localAddress],
      ['SERVER_PORT', String(services.serverPort(req))],
    ]),
    place: fixedText([
      ['DOCUMENT_ROOT', documentRoot],
      ['REQUEST_SCHEME', requestScheme(req)],
      ['CONTEXT_PREFIX', req.contextPrefix ?? ''],
      ['CONTEXT_DOCUMENT_ROOT', req.contextDocumentRoot ?? documentRoot],
      ['SERVER_ADMIN', services.serverAdmin(server)],
    ]),
  };
}

/** Variables that are the same for many requests: encoded once, in one piece. */
function fixedText(pairs: readonly (readonly [string, string])[]): string {
  return ownText(encodePairs(pairs));
}

function headerVariables(req: RequestRecord, passesAuth: boolean): string {
  const { headersIn } = req;
  let text = '';
  for (let i = 0; i < headersIn.size; i++) {
    const lower = headersIn.lowerNameAt(i);
    const encode = headerEncoder(lower);
    if (encode !== undefined && (passesAuth || !isCredentials(lower))) text += encode(headersIn.valueAt(i));
  }
  return text;
}

function isCredentials(lower: string): boolean {
  return lower === 'authorization' || lower === 'proxy-authorization';
}

function scriptPath(req: RequestRecord): string {
  const filename = req.filename ?? '';
  if (!req.notes.hasLower('proxy-noquery')) return filename;
  const question = filename.indexOf('?');
  return question < 0 ? filename : filename.slice(0, question);
}

function earlierUser(prev: RequestRecord): string {
  for (let earlier: RequestRecord | undefined = prev; earlier; earlier = earlier.prev) {
    if (earlier.user !== undefined) return encodePair('REDIRECT_REMOTE_USER', earlier.user);
  }
  return '';
}

function redirectVariables(req: RequestRecord, prev: RequestRecord, isQualified: boolean): string {
  const query = prev.args === undefined ? '' : `?${prev.args}`;
  const url = isQualified ? constructUrl(req, prev.parsedPath) + query : prev.uri;
  const text = encodePair('REDIRECT_URL', url);
  return prev.args === undefined ? text : text + encodePair('REDIRECT_QUERY_STRING', prev.args);
}

/**
 * What only CGI-like scripts are told, as parameters, but for what the path information leads to.
 *
 * @source httpd server/util_script.c `ap_add_cgi_vars`
 */
export function cgiVariables(req: RequestRecord, settings: CgiSettings): string {
  const { uri } = req;
  const text =
    interfaceText(req.protocol)(req.method) +
    queryString(req.args ?? '') +
    requestUri(settings.usesCurrentUri ? uri : originalTarget(req));
  if (req.pathInfo === '') return text + scriptName(uri);
  return text + scriptName(uri.slice(0, pathInfoStart(uri, req.pathInfo))) + pathInfo(req.pathInfo);
}

/**
 * PATH_TRANSLATED as a parameter: the file that the path information would lead to as a path of its own; '' when there
 * is none. The look-up sees the variables that were added before.
 */
export function translatedPath(req: RequestRecord): string {
  const sub = subrequestUri(req, escapePath(req.pathInfo));
  return sub.filename === undefined ? '' : encodePair('PATH_TRANSLATED', sub.filename + sub.pathInfo);
}

/** Target of the request line that started it all. @source `original_uri` */
function originalTarget(req: RequestRecord): string {
  // The first record was read from that line.
  if (req.isInitial) return req.unparsedUri;
  const { theRequest } = req;
  const methodEnd = wordEnd(theRequest, 0);
  let start = methodEnd;
  while (isBlank(theRequest.charCodeAt(start))) start++;
  return start === methodEnd ? '' : theRequest.slice(start, wordEnd(theRequest, start));
}

function wordEnd(text: string, start: number): number {
  let end = start;
  while (end < text.length && !isBlank(text.charCodeAt(end))) end++;
  return end;
}

/** White space of ASCII. */
function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}
