import { modMime as catalogue } from '../../../grammar/catalogue/mod_mime.ts';
import { logRequest } from '../../pipeline/log.ts';
import { hook } from '../../pipeline/phases.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import type { GatewayPlan } from '../../pipeline/server.ts';
import { DECLINED, OK, type HookResult } from '../../pipeline/status.ts';
import { remembering } from '../../source/remembering.ts';
import { defineModule, type Module } from '../module.ts';
import { DIRECTORY_TYPE } from '../mod_dir.ts';
import {
  createMimeDirConfig,
  mergeMimeDirConfig,
  type ExtensionInfo,
  type MimeDirConfig,
  type MimeServerConfig,
} from './config.ts';
import { mimeDirectives } from './directives.ts';
import { withCharset } from './media-type.ts';
import { typesFileProblem, typesOf } from './types-file.ts';

/** Base name and extensions of a file that MultiViews could not place; kept with the request under this name. */
export const MIME_EXCEPTIONS = 'mod_mime';

/** What the extension says goes to the request; true when it takes part in negotiation. */
function applyInfo(req: RequestRecord, info: ExtensionInfo, matchesHandlers: boolean): boolean {
  let isNegotiable = false;
  if (info.type) {
    req.contentType = info.type;
    isNegotiable = true;
  }
  if (info.language !== undefined) {
    req.contentLanguages = [...req.contentLanguages, info.language];
    isNegotiable = true;
  }
  if (info.encoding !== undefined) {
    req.contentEncoding = [...req.contentEncoding, info.encoding];
    isNegotiable = true;
  }
  if (info.handler !== undefined && req.proxyReq === 0) {
    req.handler = info.handler;
    if (matchesHandlers) isNegotiable = true;
  }
  return isNegotiable || info.charset !== undefined;
}

/** The part of a name before its first dot (leading dots belong to it), then its extensions. */
const splitName = remembering({ most: 1000, longest: 255 }, (name): readonly string[] => {
  let start = 0;
  while (name.charCodeAt(start) === 0x2e) start++;
  const dot = name.indexOf('.', start);
  return dot < 0 ? [name] : [name.slice(0, dot), ...name.slice(dot + 1).split('.')];
});

/** @source httpd modules/http/mod_mime.c `find_ct` */
function findType(req: RequestRecord): HookResult {
  if (req.finfo?.isDirectory()) {
    req.contentType = DIRECTORY_TYPE;
    return OK;
  }
  if (req.filename === undefined) return DECLINED;
  const dir = modMime.dir(req);
  const path = dir?.usePathInfo ? req.filename + req.pathInfo : req.filename;
  const parts = splitName(path.slice(path.lastIndexOf('/') + 1));
  const types = typesOf(req.server.gateway, typesConfig);
  const match = dir?.multiviewsMatch;
  const exceptions = [parts[0]!];
  let charset: string | undefined;
  let hasMetadata = false;
  for (let i = 1; i < parts.length; i++) {
    const written = parts[i]!;
    if (written === '') continue;
    const extension = written.toLowerCase();
    const info = dir?.extensions.get(extension);
    let isFound = false;
    if (info?.type === undefined) {
      const type = types.get(extension);
      if (type !== undefined) {
        req.contentType = type;
        isFound = true;
      }
    }
    if (info) {
      charset = info.charset ?? charset;
      if (applyInfo(req, info, match?.handlers === true)) isFound = true;
    }
    if (isFound || match?.any) hasMetadata = true;
    else exceptions.push(written);
  }
  if (hasMetadata) req.setModuleNote(MIME_EXCEPTIONS, exceptions);
  if (req.contentType !== undefined) putCharset(req, req.contentType, charset);
  if (req.contentLanguages.length === 0 && dir?.defaultLanguage !== undefined) {
    req.contentLanguages = [dir.defaultLanguage];
  }
  return req.contentType === undefined ? DECLINED : OK;
}

function putCharset(req: RequestRecord, contentType: string, charset: string | undefined): void {
  if (charset === undefined && !contentType.includes(';') && contentType.includes('/')) return;
  const built = withCharset(contentType, charset);
  if (built !== undefined) req.contentType = built;
  else logRequest(req, 'warn', 'mime', 'AH01599', `Cannot get media type from '${contentType}'`);
}

/** The file that `TypesConfig` of the main server names, else httpd's default or, where that is missing, the system's. */
function typesConfig(plan: GatewayPlan): string {
  const given = modMime.server(plan.mainServer).typesConfig;
  if (given) return given.path;
  const usual = `${plan.serverRoot}/mime.types`;
  return typesFileProblem(usual) === undefined ? usual : '/etc/mime.types';
}

/** Media types, languages, encodings and handlers by the extensions of a file's name. */
export const modMime: Module<MimeServerConfig, MimeDirConfig> = defineModule(catalogue, {
  directives: mimeDirectives,
  createServerConfig: (): MimeServerConfig => ({}),
  mergeServerConfig: (base, add) => ({ ...base, ...add }),
  createDirConfig: createMimeDirConfig,
  mergeDirConfig: mergeMimeDirConfig,
  beforeServing: (plan, report) => {
    const given = modMime.server(plan.mainServer).typesConfig;
    const problem = given && typesFileProblem(given.path);
    if (problem)
      report(`could not open mime types config file ${given.path} (${problem})`, given.span, 'error');
    // Read with the rights of whoever starts the gateway, and while there are descriptors left.
    else typesOf(plan, typesConfig);
  },
  hooks: [hook('typeChecker', findType)],
});
