import type { Worker } from '../../backend/worker.ts';
import { logRequest } from '../../pipeline/log.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { DECLINED, DONE, OK, type HookResult } from '../../pipeline/status.ts';
import { answerTrace } from '../http_core.ts';
import { coreServer, timeoutSeconds } from '../core/access.ts';
import { runBalanced } from './balanced.ts';
import { isBlocked } from './blocked.ts';
import { canonicalise, servedScheme, splitSocket } from './canonicalise.ts';
import { findBalancer, findWorker, type ProxyDirConfig, type ProxyServerConfig } from './config.ts';
import { handlerTarget, type HandlerTarget } from './handler-target.ts';
import { modProxy } from './index.ts';
import { tellProxyError } from './proxy-error.ts';
import { DirectCall } from './direct-call.ts';
import type { SchemeHandler } from './scheme.ts';
import { parseNetLocation } from './url.ts';
import { definedWorker, strayWorker } from './workers.ts';

/** Serves proxied requests, and those whose handler is `proxy:<url>`. @source httpd mod_proxy.c `proxy_handler` */
export function proxyHandler(req: RequestRecord): HookResult | Promise<HookResult> {
  if (req.filename === undefined) return DECLINED;
  const server = modProxy.server(req.server);
  let target: Target;
  if (req.proxyReq === 0) {
    if (req.handler?.startsWith('proxy:') !== true) return DECLINED;
    const claimed = claim(req, server, req.handler);
    if (typeof claimed === 'number') return claimed;
    target = claimed;
  } else if (!req.filename.startsWith('proxy:')) {
    return DECLINED;
  } else {
    const socket = splitSocket(req);
    if (socket === 400) return 400;
    target = { socket };
  }
  const early = checkForwards(req, server) ?? checkTrace(req);
  if (early !== undefined) return early;
  const { socket, scheme, worker } = target;
  if (scheme && worker && server.blocked.length === 0 && server.domain === undefined) {
    if (target.isStray) noteStray(req);
    return runOn(req, server, scheme, worker);
  }
  const url = req.filename.slice('proxy:'.length);
  const colon = url.indexOf(':');
  if (colon < 0) {
    logRequest(req, 'error', 'proxy', 'AH01141', `proxy_handler no URL in ${req.filename}`);
    return 400;
  }
  const elsewhere = checkDomain(req, server);
  if (elsewhere !== undefined) return elsewhere;
  if (findBalancer(server, url))
    return runBalanced(req, server, url, overridesOf(req), timeoutMs(req, server));
  return server.blocked.length === 0
    ? runDirect(req, server, url, socket)
    : serveUnblocked(req, server, url, socket);
}

/** What is known of a request's target besides its URL. */
type Target = Pick<HandlerTarget, 'socket'> & Partial<HandlerTarget>;

/** Makes a request with `SetHandler "proxy:<url>"` a proxied one: the file's path follows the URL, unencoded. */
function claim(req: RequestRecord, server: ProxyServerConfig, handler: string): Target | HookResult {
  const file = req.filename!;
  req.proxyReq = 2;
  req.notes.setLower('proxy-sethandler', 'proxy-sethandler', '1');
  const known = file.startsWith('/') ? handlerTarget(handler, server, req.server.gateway) : undefined;
  const claimed = known ? claimKnown(req, known, file) : claimByUrl(req, handler + file);
  if (typeof claimed === 'number') {
    req.filename = file;
    req.proxyReq = 0;
  }
  return claimed;
}

function claimKnown(req: RequestRecord, target: HandlerTarget, file: string): Target | HookResult {
  const result = target.scheme.forwardRaw(req, target.origin, target.path + file);
  return result === OK ? target : result;
}

function claimByUrl(req: RequestRecord, url: string): Target | HookResult {
  req.filename = url;
  const socket = splitSocket(req);
  if (socket === 400) return socket;
  const result = canonicalise(req);
  return result === OK ? { socket } : result;
}

/** Counts down `Max-Forwards`; at zero the request ends here. */
function checkForwards(
  req: RequestRecord,
  server: ProxyServerConfig,
): HookResult | Promise<HookResult> | undefined {
  const text = req.headersIn.getLower('max-forwards');
  if (text === undefined) {
    if (server.maxForwards !== undefined && server.maxForwards >= 0) {
      req.headersIn.set('Max-Forwards', String(server.maxForwards));
    }
    return undefined;
  }
  if (!/^[ \t]*\+?[0-9]{1,18}$/.test(text)) {
    return refuse(req, 400, 'Max-Forwards request header could not be parsed');
  }
  const left = Number(text);
  if (left > 0) {
    req.headersIn.set('Max-Forwards', String(left - 1));
    return undefined;
  }
  if (req.method !== 'TRACE' && req.method !== 'OPTIONS') {
    return refuse(req, 400, 'Max-Forwards has reached zero - proxy loop?');
  }
  req.proxyReq = 0;
  if (req.method === 'TRACE') return answerTrace(req);
  if ((coreServer(req.server).traceEnable ?? 'on') !== 'off') req.headersOut.set('Allow', 'TRACE');
  req.output.end();
  return DONE;
}

function refuse(req: RequestRecord, status: number, message: string): HookResult {
  tellProxyError(req, status, message);
  logRequest(req, 'error', 'proxy', 'AH00898', `${message} returned by ${req.uri}`);
  return status;
}

function checkTrace(req: RequestRecord): HookResult | undefined {
  if (req.method !== 'TRACE') return undefined;
  const mode = coreServer(req.server).traceEnable ?? 'on';
  if (mode === 'off') {
    req.notes.set('error-notes', 'TRACE forbidden by server configuration');
    req.notes.set('verbose-error-to', '*');
    logRequest(req, 'error', 'proxy', 'AH01139', 'TRACE forbidden by server configuration');
    return 405;
  }
  if (mode !== 'extended' && req.body.isAnnounced) {
    req.notes.set('error-notes', 'TRACE with request body is not allowed');
    req.notes.set('verbose-error-to', '*');
    logRequest(req, 'error', 'proxy', 'AH01140', 'TRACE with request body is not allowed');
    return 413;
  }
  return undefined;
}

/** ProxyDomain: an absolute-form request for a host without a domain is sent to that host within the domain. */
function checkDomain(req: RequestRecord, server: ProxyServerConfig): HookResult | undefined {
  if (server.domain === undefined || (req.method !== 'GET' && req.method !== 'HEAD')) return undefined;
  const absolute = /^([A-Za-z][A-Za-z0-9+.-]*:\/\/)([^/:?#.@]+)([:/?#].*)?$/s.exec(req.unparsedUri);
  const host = absolute?.[2];
  if (!absolute || host === undefined || host.toLowerCase() === 'localhost') return undefined;
  req.headersOut.set('Location', `${absolute[1]!}${host}${server.domain}${absolute[3] ?? ''}`);
  return 301;
}

/** ProxyBlock: a backend whose host is one of those is refused. */
async function serveUnblocked(
  req: RequestRecord,
  server: ProxyServerConfig,
  url: string,
  socket: string | undefined,
): Promise<HookResult> {
  const place = parseNetLocation(url.slice(url.indexOf(':') + 1));
  if (typeof place !== 'string' && socket === undefined && (await isBlocked(place.host, server.blocked))) {
    logRequest(req, 'warn', 'proxy', 'AH00916', `connect to remote machine ${place.host} blocked`);
    return refuse(req, 403, 'Connect to remote machine blocked');
  }
  return runDirect(req, server, url, socket);
}

const NOTHING: ProxyDirConfig = {};

/** Whether ProxyErrorOverride puts a page of ours in the place of a script's. */
function overridesOf(req: RequestRecord): (status: number) => boolean {
  const { errorOverride } = modProxy.dir(req) ?? NOTHING;
  if (errorOverride?.isOn !== true) return never;
  const { codes } = errorOverride;
  return codes ? (status) => codes.has(status) : isError;
}

function never(): boolean {
  return false;
}

function isError(status: number): boolean {
  return status >= 400 && status < 600;
}

function timeoutMs(req: RequestRecord, server: ProxyServerConfig): number {
  return server.timeoutMs ?? timeoutSeconds(req.server) * 1000;
}

/** The worker for a URL: a defined one, moved to the request's socket or host where it names none of its own. */
function directWorker(
  req: RequestRecord,
  server: ProxyServerConfig,
  url: string,
  socket: string | undefined,
): Worker | undefined {
  const definition = findWorker(server.workers, url);
  if (definition) return definedWorker(definition, url, socket, server, req.server.gateway);
  noteStray(req);
  return strayWorker(url, socket, server);
}

/** Tells logs and applications that no line of the configuration defines the worker, as httpd does. */
function noteStray(req: RequestRecord): void {
  req.subprocessEnv.set('proxy-nokeepalive', '1');
}

function runDirect(
  req: RequestRecord,
  server: ProxyServerConfig,
  url: string,
  socket: string | undefined,
): HookResult | Promise<HookResult> {
  const scheme = url.slice(0, url.indexOf(':'));
  const handler = servedScheme(req.server.gateway, scheme);
  if (!handler) return noHandler(req, url, scheme);
  const worker = directWorker(req, server, url, socket);
  return worker ? runOn(req, server, handler, worker) : 400;
}

function runOn(
  req: RequestRecord,
  server: ProxyServerConfig,
  handler: SchemeHandler,
  worker: Worker,
): HookResult | Promise<HookResult> {
  const call = new DirectCall(req, handler, worker, timeoutMs(req, server), overridesOf(req));
  return call.run();
}

/** @returns 500: no module that is loaded speaks this scheme */
export function noHandler(req: RequestRecord, url: string, scheme: string): HookResult {
  logRequest(
    req,
    'warn',
    'proxy',
    'AH01144',
    `No protocol handler was valid for the URL ${req.uri} (scheme '${scheme}'). If you are using a DSO version of mod_proxy, make sure the proxy submodules are included in the configuration using LoadModule. (${url})`,
  );
  return 500;
}
