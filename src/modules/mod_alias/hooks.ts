import { ExprError, type StringValue } from '../../expr/context.ts';
import { substitute } from '../../pattern/substitute.ts';
import { exprContext } from '../../pipeline/expr-context.ts';
import { logRequest } from '../../pipeline/log.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { DECLINED, OK, type HookResult } from '../../pipeline/status.ts';
import { constructUrl, escapePath } from '../../pipeline/url.ts';
import type {
  AliasDirConfig,
  AliasEntry,
  AliasServerConfig,
  LocationAlias,
  LocationRedirect,
} from './config.ts';
import { isRedirectStatus } from './directives.ts';
import { aliasMatches, canonicalPath } from './match.ts';
import { escapeTarget } from './target.ts';

/** A redirect that matched: its status, and its target as far as the line gives it. */
interface Redirection {
  readonly status: number;
  readonly target: string;
}

/** Value of an expression, or 500 when it can't be evaluated. */
function evaluate(req: RequestRecord, value: StringValue, number: string, what: string): string | 500 {
  try {
    return value(exprContext(req));
  } catch (error) {
    if (!(error instanceof ExprError)) throw error;
    logRequest(req, 'error', 'alias', number, `Can't evaluate ${what} expression: ${error.message}`);
    return 500;
  }
}

function setContext(req: RequestRecord, prefix: string | undefined, documentRoot: string | undefined): void {
  if (prefix !== undefined) req.contextPrefix = prefix;
  if (documentRoot !== undefined) req.contextDocumentRoot = documentRoot;
}

/** What the first matching entry makes of the URL: the path or target, not escaped or made absolute yet. */
function firstMatch(
  req: RequestRecord,
  entries: readonly AliasEntry[],
): { readonly entry: AliasEntry; readonly found: string } | undefined {
  for (const entry of entries) {
    const { fake, real } = entry;
    if (typeof fake === 'string') {
      const length = aliasMatches(req.uri, fake);
      if (length === 0) continue;
      setContext(req, fake, real);
      const rest = req.uri.slice(length);
      return { entry, found: (real ?? '') + (entry.status === 0 ? rest : escapePath(rest)) };
    }
    const match = fake.exec(req.uri);
    if (!match) continue;
    if (real === undefined) return { entry, found: '' };
    const found = substitute(real, match);
    return { entry, found: entry.status === 0 ? found : escapeTarget(found) };
  }
  return undefined;
}

function locationRedirect(req: RequestRecord, redirect: LocationRedirect): Redirection | 500 {
  if (!redirect.evaluate) return { status: redirect.status, target: '' };
  const value = evaluate(req, redirect.evaluate, 'AH02825', 'redirect');
  return value === 500 ? value : { status: redirect.status, target: escapeTarget(value) };
}

function findRedirect(
  req: RequestRecord,
  dir: AliasDirConfig | undefined,
  entries: readonly AliasEntry[],
): Redirection | 500 | undefined {
  if (dir?.redirect) return locationRedirect(req, dir.redirect);
  const match = firstMatch(req, entries);
  return match && { status: match.entry.status, target: match.found };
}

/** Answers with a redirect: the target made absolute, and the query taken over unless the target has one. */
function answer(req: RequestRecord, dir: AliasDirConfig | undefined, redirection: Redirection): HookResult {
  const { status } = redirection;
  if (!isRedirectStatus(status)) return status;
  let target = redirection.target;
  if (!dir?.isRelative || !target.startsWith('/')) {
    if (target.startsWith('/')) target = constructUrl(req, target);
    if (!/^[A-Za-z0-9+.-]+:/.test(target)) {
      const message = `cannot redirect '${req.uri}' to '${target}'; target is not a valid absoluteURI or abs_path`;
      logRequest(req, 'error', 'alias', 'AH00674', message);
      return 500;
    }
  }
  if (req.args !== undefined && !target.includes('?')) target += `?${req.args}`;
  req.headersOut.set('Location', target);
  return status;
}

function markScript(req: RequestRecord): void {
  req.handler = 'cgi-script';
  req.notes.set('alias-forced-type', 'cgi-script');
}

function locationAlias(req: RequestRecord, alias: LocationAlias, preservePath: boolean): HookResult {
  const real = evaluate(req, alias.evaluate, 'AH02826', 'alias');
  if (real === 500) return 500;
  let found = real;
  if (preservePath) {
    const length = aliasMatches(req.uri, alias.fake);
    if (length > 0) {
      setContext(req, alias.fake, real);
      found += req.uri.slice(length);
    }
  }
  if (alias.isScript) markScript(req);
  return mapTo(req, canonicalPath(alias.serverRoot, found));
}

function mapTo(req: RequestRecord, path: string | undefined): HookResult {
  if (path === undefined) return DECLINED;
  req.filename = path;
  return OK;
}

/**
 * Redirects of the server, then its aliases.
 *
 * @source httpd modules/mappers/mod_alias.c `translate_alias_redir`
 */
export function translateAlias(
  req: RequestRecord,
  server: AliasServerConfig,
  dir: AliasDirConfig | undefined,
): HookResult {
  if (req.uri !== '' && !req.uri.startsWith('/')) return DECLINED;
  const redirection = findRedirect(req, dir, server.redirects);
  if (redirection === 500) return 500;
  if (redirection) return answer(req, dir, redirection);
  if (dir?.alias) return locationAlias(req, dir.alias, dir.preservePath === true);
  const match = firstMatch(req, server.aliases);
  if (!match) return DECLINED;
  if (match.entry.isScript) markScript(req);
  return mapTo(req, canonicalPath(match.entry.serverRoot, match.found));
}

/**
 * Redirects of the directory, once it is known.
 *
 * @source httpd modules/mappers/mod_alias.c `fixup_redir`
 */
export function fixupRedirect(req: RequestRecord, dir: AliasDirConfig): HookResult {
  const redirection = findRedirect(req, dir, dir.redirects);
  if (redirection === 500) return 500;
  return redirection ? answer(req, dir, redirection) : DECLINED;
}
