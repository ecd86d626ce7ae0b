import { noCaptures } from '../../expr/context.ts';
import { cgiVariables, commonVariables, translatedPath, type CgiSettings } from '../../pipeline/cgi-vars.ts';
import { exprContext } from '../../pipeline/expr-context.ts';
import { logRequest } from '../../pipeline/log.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { encodeTable, ScriptEnvironment } from '../../pipeline/script-variables.ts';
import { statOf } from '../../source/stat.ts';
import { coreDir } from '../core/access.ts';
import type { CoreDirConfig } from '../core/config.ts';
import { serverSignature } from '../core/server-signature.ts';
import { FCGI_NOTE, type FcgiNote } from './canonicalise.ts';
import type { EnvFixup, FcgiDirConfig } from './config.ts';

const FCGI_PREFIX = 'proxy:fcgi://';

const knownSettings = new WeakMap<CoreDirConfig, CgiSettings>();

/** What core's config says about scripts. */
function cgiSettings(config: CoreDirConfig): CgiSettings {
  let settings = knownSettings.get(config);
  if (settings === undefined) {
    settings = {
      passesAuth: config.cgiPassAuth === true,
      usesCurrentUri: config.requestUriVariable === 'current-uri',
      qualifiesRedirectUrl: config.qualifyRedirectUrl === true,
      signature: (req) => serverSignature(req, ''),
    };
    knownSettings.set(config, settings);
  }
  return settings;
}

/**
 * The parameters of a request as they go to the application; undefined when a condition of ProxyFCGISetEnvIf can't be
 * decided. Fills `req.subprocessEnv`, which log formats and header values read afterwards.
 *
 * @source httpd modules/proxy/mod_proxy_fcgi.c `send_environment`
 */
export function buildParams(req: RequestRecord, config: FcgiDirConfig | undefined): string | undefined {
  if (config?.backendType !== 'GENERIC') return encodeEnvironment(req, config);
  // The application is told the path; logs go on to name the backend.
  const { filename } = req;
  stripPrefix(req);
  const params = encodeEnvironment(req, config);
  req.filename = filename;
  return params;
}

function encodeEnvironment(req: RequestRecord, config: FcgiDirConfig | undefined): string | undefined {
  const note = req.moduleNote<FcgiNote>(FCGI_NOTE);
  if (note?.walkPath !== undefined) findScript(req, note.walkPath);
  const settings = cgiSettings(coreDir(req));
  const environment = new ScriptEnvironment(req.subprocessEnv);
  environment.add(commonVariables(req, settings) + cgiVariables(req, settings));
  if (req.pathInfo !== '') environment.add(translatedPath(req));
  if (config === undefined || config.fixups.length === 0) return environment.encode();
  return fixEnvironment(req, config.fixups) ? encodeTable(req.subprocessEnv) : undefined;
}

/** Leaves of `proxy:fcgi://host/path` the path; a query string that `nocanon` put there goes, too. */
function stripPrefix(req: RequestRecord): void {
  if (req.filename?.startsWith(FCGI_PREFIX) !== true) return;
  const slash = req.filename.indexOf('/', FCGI_PREFIX.length);
  const path = slash < 0 ? '' : req.filename.slice(slash);
  const query = req.args === undefined || req.args === '' ? -1 : path.lastIndexOf('?');
  req.filename = query >= 0 && path.slice(query + 1) === req.args ? path.slice(0, query) : path;
}

/** `proxy-fcgi-pathinfo=full`: the script is a file of this machine, by its own path or below DocumentRoot. */
function findScript(req: RequestRecord, path: string): void {
  const script =
    splitAtFile(`/${path}`) ?? splitAtFile(`${req.server.gateway.services.documentRoot(req.server)}/${path}`);
  if (!script) return;
  req.filename = script.file;
  req.pathInfo = script.pathInfo;
}

/** The first component of a path that is no directory, when it is a regular file, and what follows it. */
function splitAtFile(path: string): { readonly file: string; readonly pathInfo: string } | undefined {
  const merged = path.replace(/\/{2,}/g, '/');
  for (let end = merged.indexOf('/', 1); ; end = merged.indexOf('/', end + 1)) {
    const file = end < 0 ? merged : merged.slice(0, end);
    const stats = statOf(file);
    if (!stats) return undefined;
    if (stats.isFile()) return { file, pathInfo: end < 0 ? '' : merged.slice(end) };
    if (!stats.isDirectory() || end < 0) return undefined;
  }
}

/**
 * Applies ProxyFCGISetEnvIf in order. The groups of a match stay for the entries after it.
 *
 * @returns false when a condition fails to be evaluated
 */
function fixEnvironment(req: RequestRecord, fixups: readonly EnvFixup[]): boolean {
  const context = exprContext(req);
  const captures = noCaptures();
  for (const fixup of fixups) {
    let holds: boolean;
    try {
      holds = fixup.condition(context, captures);
    } catch (error) {
      logRequest(
        req,
        'error',
        'proxy_fcgi',
        'AH10241',
        `fix_cgivars: Condition eval returned -1: ${reason(error)}`,
      );
      return false;
    }
    if (!holds) continue;
    if (!fixup.value) {
      req.subprocessEnv.unset(fixup.name);
      continue;
    }
    try {
      req.subprocessEnv.set(fixup.name, fixup.value(context, captures));
    } catch (error) {
      const text = `Error evaluating expression for replacement of ${fixup.name}: '${reason(error)}'`;
      logRequest(req, 'info', 'proxy_fcgi', 'AH03514', text);
    }
  }
  return true;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
