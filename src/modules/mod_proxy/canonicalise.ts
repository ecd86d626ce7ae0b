import { logRequest } from '../../pipeline/log.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import type { GatewayPlan } from '../../pipeline/server.ts';
import { OK, type HookResult } from '../../pipeline/status.ts';
import { fcgiScheme } from '../mod_proxy_fcgi/scheme.ts';
import type { SchemeHandler } from './scheme.ts';
import { parseNetLocation, socketBar } from './url.ts';
import { socketPath } from './workers.ts';

/** The schemes that are served. */
const SCHEMES: readonly SchemeHandler[] = [fcgiScheme];

/** The handler of a URL's scheme, when its module is loaded. */
export function servedScheme(gateway: GatewayPlan, scheme: string): SchemeHandler | undefined {
  const handler = SCHEMES.find((known) => known.scheme === scheme.toLowerCase());
  return handler && gateway.modules.has(handler.module) ? handler : undefined;
}

/**
 * Gives a proxied request's `filename` its canonical form, by the rules of its scheme. A scheme
 * that nobody serves fails later, in the handler: httpd sends the script's source text then.
 *
 * @source httpd modules/proxy/mod_proxy.c `proxy_fixup`
 */
export function canonicalise(req: RequestRecord): HookResult {
  const url = req.filename!.slice('proxy:'.length);
  const colon = url.indexOf(':');
  if (colon <= 0) return 400;
  if (/^balancer:/i.test(url)) return canonicaliseBalancer(req, url);
  return servedScheme(req.server.gateway, url.slice(0, colon))?.canonicalise(req, url) ?? OK;
}

/** The path of a balancer's URL waits for the member's scheme to encode it. @source httpd `proxy_balancer_canon` */
function canonicaliseBalancer(req: RequestRecord, url: string): HookResult {
  const place = parseNetLocation(url.slice('balancer:'.length));
  if (typeof place === 'string') {
    logRequest(req, 'error', 'proxy_balancer', 'AH01157', `error parsing URL ${url}: ${place}`);
    return 400;
  }
  req.filename = `proxy:balancer://${place.host}/${place.path}`;
  return OK;
}

/**
 * Splits `unix:<socket>|` off a proxied request's name; what is left names its host `localhost` when it had none.
 *
 * @returns the socket, undefined when there is none, or 400 for a name that makes no sense
 * @source httpd modules/proxy/proxy_util.c `ap_proxy_fixup_uds_filename`
 */
export function splitSocket(req: RequestRecord): string | undefined | 400 {
  const url = req.filename!.slice('proxy:'.length);
  const bar = socketBar(url);
  if (bar < 0) return undefined;
  const origin = /^([A-Za-z][A-Za-z0-9+.-]*:)(.*)$/s.exec(url.slice(bar + 1));
  const path = url.slice('unix:'.length, bar);
  if (!origin || path === '') {
    logRequest(req, 'error', 'proxy', 'AH10292', `Invalid proxy UDS filename (${req.filename!})`);
    return 400;
  }
  const [, scheme, rest] = origin as unknown as [string, string, string];
  req.filename = `proxy:${scheme}${withLocalHost(rest)}`;
  return socketPath(path, req.server.gateway);
}

/** `//localhost` in front of a path that names no host. */
function withLocalHost(rest: string): string {
  if (!rest.startsWith('//')) return `//localhost${rest}`;
  return rest === '//' || rest.startsWith('///') ? `//localhost${rest.slice(2)}` : rest;
}
