import { modMime as catalogue } from '../../../grammar/catalogue/mod_mime.ts';
import { logRequest } from '../../pipeline/log.ts';
import { hook } from '../../pipeline/phases.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import type { GatewayPlan } from '../../pipeline/server.ts';
import { DECLINED, OK, type HookResult } from '../../pipeline/status.ts';
import { defineModule, type Module } from '../module.ts';
import { DIRECTORY_TYPE } from '../mod_dir.ts';
import {
  createMimeDirConfig,
  mergeMimeDirConfig,
  type MimeDirConfig,
  type MimeServerConfig,
} from './config.ts';
import { mimeDirectives } from './directives.ts';
import { describing, extensionsStart } from './extensions.ts';
import { withCharset } from './media-type.ts';
import { typesFileProblem, typesOf } from './types-file.ts';

/** Base name and extensions of a file that MultiViews could not place; kept with the request under this name. */
export const MIME_EXCEPTIONS = 'mod_mime';

/** @source httpd modules/http/mod_mime.c `find_ct` */
function findType(req: RequestRecord): HookResult {
  if (req.finfo?.isDirectory()) {
    req.contentType = DIRECTORY_TYPE;
    return OK;
  }
  if (req.filename === undefined) return DECLINED;
  const dir = modMime.dir(req);
  const { gateway } = req.server;
  const path = dir?.usePathInfo ? req.filename + req.pathInfo : req.filename;
  const nameStart = path.lastIndexOf('/') + 1;
  const start = extensionsStart(path, nameStart);
  const described = describing(gateway, dir, mediaTypes)(path.slice(start));
  if (described.type !== undefined) req.contentType = described.type;
  if (described.handler !== undefined && req.proxyReq === 0) req.handler = described.handler;
  if (described.languages.length > 0)
    req.contentLanguages = [...req.contentLanguages, ...described.languages];
  if (described.encodings.length > 0) req.contentEncoding = [...req.contentEncoding, ...described.encodings];
  // Only who looks files up for MultiViews asks for them.
  if (req.main && described.unplaced)
    req.setModuleNote(MIME_EXCEPTIONS, [path.slice(nameStart, start), ...described.unplaced]);
  if (req.contentType !== undefined) putCharset(req, req.contentType, described.charset);
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

function mediaTypes(plan: GatewayPlan): ReadonlyMap<string, string> {
  return typesOf(plan, typesConfig);
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
    else mediaTypes(plan);
  },
  hooks: [hook('typeChecker', findType)],
});
