import { exprContext } from '../../pipeline/expr-context.ts';
import { logRequest } from '../../pipeline/log.ts';
import { hook } from '../../pipeline/phases.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { OK, type HookResult } from '../../pipeline/status.ts';
import { fileWalk } from '../../pipeline/walk.ts';
import { isPathTooLong } from '../../source/fs-path.ts';
import { showErrorCode } from '../../source/system-error.ts';
import { defaultHandler } from '../default-handler.ts';
import { refuseUnservedProgram } from '../unserved/handlers.ts';
import { coreDir, coreServer, documentRoot } from './access.ts';
import { handlerName } from './handler-name.ts';
import { directoryWalk } from './directory-walk.ts';
import { recallFile, rememberFile } from './walked-files.ts';

/** DocumentRoot and the path. @source httpd server/core.c `ap_core_translate` */
function translateToDocumentRoot(req: RequestRecord): HookResult {
  if (req.proxyReq) return 403;
  if (req.uri.charCodeAt(0) !== 0x2f && req.uri !== '*') {
    logRequest(req, 'error', 'core', 'AH00126', `Invalid URI in request '${req.uri}' '${req.theRequest}'`);
    return 400;
  }
  const root = documentRoot(req.server);
  const path = withoutServerPath(req);
  const relative = path.charCodeAt(0) === 0x2f ? path.slice(1) : path;
  if (isPathTooLong(root, relative)) {
    const cause = showErrorCode('ENAMETOOLONG');
    logRequest(req, 'error', 'core', 'AH00127', `Cannot map ${req.theRequest} to file`, cause);
    return 403;
  }
  req.filename = root.endsWith('/') ? root + relative : `${root}/${relative}`;
  return OK;
}

/** The path below the document root: `ServerPath` names the server, not a directory in it. */
function withoutServerPath(req: RequestRecord): string {
  const { uri, server } = req;
  const prefix = coreServer(server).serverPath;
  if (prefix === undefined || !uri.startsWith(prefix)) return uri;
  const rest = uri.slice(prefix.length);
  if (prefix.endsWith('/')) return `/${rest.replace(/^\/+/, '')}`;
  return rest === '' || rest.startsWith('/') ? `/${rest.replace(/^\/+/, '')}` : uri;
}

/** @source httpd server/core.c `core_map_to_storage` */
function mapToStorage(req: RequestRecord): HookResult | Promise<HookResult> {
  if (recallFile(req)) return OK;
  const walked = directoryWalk(req);
  return walked instanceof Promise ? walked.then((late) => walkFiles(req, late)) : walkFiles(req, walked);
}

function walkFiles(req: RequestRecord, walked: HookResult): HookResult {
  if (walked !== OK) return walked;
  fileWalk(req);
  rememberFile(req);
  return OK;
}

/** ForceType, SetHandler and AcceptPathInfo, over what mod_mime found. @source httpd server/core.c `core_override_type` */
function overrideType(req: RequestRecord): HookResult {
  const config = coreDir(req);
  if (config.forceType?.type !== undefined) req.contentType = config.forceType.type;
  if (config.setHandler) {
    const handler = evaluateHandler(req, config.setHandler);
    if (typeof handler === 'number') return handler;
    if (handler !== undefined) req.handler = handler;
  }
  if (req.usedPathInfo === 'default' && config.acceptPathInfo !== undefined)
    req.usedPathInfo = config.acceptPathInfo;
  return OK;
}

/** The handler's name; undefined for `none`; 500 when it can't be evaluated. */
function evaluateHandler(
  req: RequestRecord,
  setting: NonNullable<ReturnType<typeof coreDir>['setHandler']>,
): string | undefined | 500 {
  if (setting.constant !== undefined) return setting.constant;
  if (!setting.evaluate) return undefined;
  try {
    return handlerName(setting.evaluate(exprContext(req)));
  } catch (error) {
    logRequest(req, 'error', 'core', 'AH03154', `Can't evaluate handler expression: ${String(error)}`);
    return 500;
  }
}

/** The handler of everything else: files. */
function serveDefault(req: RequestRecord): HookResult | Promise<HookResult> {
  return defaultHandler(req);
}

export const coreHooks = [
  hook('translateName', translateToDocumentRoot, { order: 'reallyLast' }),
  hook('mapToStorage', mapToStorage, { order: 'reallyLast' }),
  hook('fixups', overrideType, { order: 'reallyFirst' }),
  hook('handler', refuseUnservedProgram, { order: 'last' }),
  hook('handler', serveDefault, { order: 'reallyLast' }),
];
