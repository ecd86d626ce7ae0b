import { hook } from '../../pipeline/phases.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { DECLINED, OK, type HookResult } from '../../pipeline/status.ts';
import { proxyWalk } from '../../pipeline/walk.ts';
import { canonicalise } from './canonicalise.ts';
import { proxyHandler } from './handler.ts';
import { modProxy } from './index.ts';
import { translate } from './translate.ts';

function isProxied(req: RequestRecord): boolean {
  return req.proxyReq !== 0 && req.filename !== undefined && req.filename.startsWith('proxy:');
}

function preTranslateName(req: RequestRecord): HookResult {
  const server = modProxy.server(req.server);
  const dir = modProxy.dir(req);
  if (!server.hasEncodedRules && (dir?.rule === undefined || dir.rule.mapping === 'decoded')) return DECLINED;
  return translate(req, server, dir, true);
}

function translateName(req: RequestRecord): HookResult {
  return translate(req, modProxy.server(req.server), modProxy.dir(req), false);
}

/** A proxied request has no file: `<Proxy>` sections take the place of the directory walk. */
function mapToStorage(req: RequestRecord): HookResult {
  if (!isProxied(req)) return DECLINED;
  proxyWalk(req, req.filename!.slice('proxy:'.length));
  return OK;
}

function fixups(req: RequestRecord): HookResult {
  return isProxied(req) ? canonicalise(req) : DECLINED;
}

/** @source httpd modules/proxy/mod_proxy.c `register_hooks` */
export const proxyHooks = [
  hook('preTranslateName', preTranslateName, {
    concerns: (server, dir) =>
      modProxy.server(server).hasEncodedRules || modProxy.in(dir)?.rule !== undefined,
  }),
  hook('translateName', translateName, { order: 'first', after: ['mod_rewrite'] }),
  hook('mapToStorage', mapToStorage, { order: 'first' }),
  hook('fixups', fixups, { order: 'first', before: ['mod_rewrite'] }),
  hook('handler', proxyHandler, { order: 'first' }),
];
