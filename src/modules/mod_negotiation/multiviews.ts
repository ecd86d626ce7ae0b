import { readdirSync } from 'node:fs';
import { logRequest } from '../../pipeline/log.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { DECLINED, OK, type HookResult } from '../../pipeline/status.ts';
import { fastRedirect, subrequestEntry } from '../../pipeline/subrequest.ts';
import { escapeHtml } from '../../pipeline/html.ts';
import { escapePath } from '../../pipeline/url.ts';
import { fsPath } from '../../source/fs-path.ts';
import { allowOptions } from '../core/access.ts';
import { OPT } from '../core/options.ts';
import { MIME_EXCEPTIONS } from '../mod_mime/index.ts';
import { parseAccept, parseItem } from './accept.ts';
import type { NegotiationDirConfig } from './config.ts';
import { chooseVariant, PROGRAM_TYPE, type Preferences, type Variant } from './variant.ts';

const MAP_TYPE = 'application/x-type-map';

/**
 * Whether the parts of a file's name that say nothing about its content all stand in the name that was asked for, in
 * this order.
 */
function namesAllExceptions(asked: string, exceptions: readonly string[]): boolean {
  let at = 0;
  for (const segment of asked.split('.')) {
    if (segment === exceptions[at]) at++;
  }
  return at === exceptions.length;
}

function lookUpVariant(req: RequestRecord, asked: string, name: string): Variant | undefined {
  const lookedUp = subrequestEntry(req, name);
  if (!lookedUp.finfo?.isFile()) return undefined;
  if (lookedUp.handler !== undefined) lookedUp.contentType ??= PROGRAM_TYPE;
  const exceptions = lookedUp.moduleNote<readonly string[]>(MIME_EXCEPTIONS);
  if (!exceptions || !namesAllExceptions(asked, exceptions)) return undefined;
  const { contentType } = lookedUp;
  if (lookedUp.status !== 200 || contentType === undefined) return undefined;
  const { name: type, level } = parseItem(contentType);
  const parameters = contentType.toLowerCase().split(';').slice(1);
  if (type === MAP_TYPE || lookedUp.handler === 'type-map') return undefined;
  const charset = parameters
    .map((parameter) => /^\s*charset=(.*)$/.exec(parameter)?.[1])
    .find((found) => found);
  return {
    name,
    lookedUp,
    type,
    level,
    charset: charset ?? '',
    languages: lookedUp.contentLanguages.map((language) => language.toLowerCase()),
    encoding: lookedUp.contentEncoding.join(', '),
    length: lookedUp.finfo.size,
  };
}

/** Files beside the one that is missing, whose names go on with a dot. */
function namesBeside(directory: string, asked: string): string[] | undefined {
  try {
    const entries = readdirSync(fsPath(directory), { encoding: 'latin1', withFileTypes: true });
    const names = entries.filter((entry) => !entry.isDirectory() && entry.name.startsWith(`${asked}.`));
    return names.map(({ name }) => name).sort((a, b) => (a < b ? -1 : 1));
  } catch {
    return undefined;
  }
}

function isVaried(variants: readonly Variant[], part: (variant: Variant) => string): boolean {
  return new Set(variants.map(part)).size > 1;
}

/** Whether a client of RFC 2295 could have chosen by itself. */
function isTransparent(req: RequestRecord): boolean {
  return (req.method === 'GET' || req.method === 'HEAD') && req.pathInfo === '';
}

/** `Vary`, and for a request that may choose by itself the rest of RFC 2295's headers. */
function setHeaders(req: RequestRecord, variants: readonly Variant[], choice: 'choice' | 'list'): void {
  const headers = req.errHeadersOut;
  const vary = [
    ...(isTransparent(req) ? ['negotiate'] : []),
    ...(isVaried(variants, ({ type }) => type) ? ['accept'] : []),
    ...(isVaried(variants, ({ languages }) => languages.join(',')) ? ['accept-language'] : []),
    ...(isVaried(variants, ({ charset }) => charset) ? ['accept-charset'] : []),
    ...(isVaried(variants, ({ encoding }) => encoding) ? ['accept-encoding'] : []),
  ];
  if (choice === 'list') headers.set('Alternates', variants.map(alternate).join(', '));
  if (vary.length > 0) headers.merge('Vary', vary.join(','));
  if (isTransparent(req)) headers.set('TCN', choice);
}

function alternate({ name, type, languages, encoding, charset, length }: Variant): string {
  const parts = [
    `{type ${type}}`,
    ...(charset === '' ? [] : [`{charset ${charset}}`]),
    ...(languages.length === 0 ? [] : [`{language ${languages.join(',')}}`]),
    ...(encoding === '' ? [] : [`{encoding ${encoding}}`]),
    `{length ${length}}`,
  ];
  return `{"${escapePath(name)}" 1 ${parts.join(' ')}}`;
}

/** The list that the page of a 406 shows. */
function listOf(variants: readonly Variant[]): string {
  const items = variants.map(({ name, type, languages, encoding, charset }) => {
    const parts = [
      `, type ${type}`,
      ...(languages.length === 0 ? [] : [`, language ${languages.join(',')}`]),
      ...(charset === '' ? [] : [`, charset ${charset}`]),
      ...(encoding === '' ? [] : [`, encoding ${encoding}`]),
    ];
    return `<li><a href="${escapePath(name)}">${escapeHtml(name)}</a> ${parts.join('')}</li>\n`;
  });
  return `Available variants:\n<ul>\n${items.join('')}</ul>\n`;
}

function preferencesOf(req: RequestRecord, dir: NegotiationDirConfig | undefined): Preferences {
  const header = (name: string) => parseAccept(req.headersIn.get(name));
  const prefersPrograms =
    req.args !== undefined || req.pathInfo !== '' || (req.method !== 'GET' && req.method !== 'HEAD');
  const { subprocessEnv } = req;
  const noneEncoded = subprocessEnv.get('no-gzip') !== undefined;
  const onlyHtmlEncoded = subprocessEnv.get('gzip-only-text/html') === '1';
  return {
    types: header('accept'),
    languages: header('accept-language'),
    encodings: header('accept-encoding'),
    charsets: header('accept-charset'),
    priority: dir?.priority ?? [],
    prefersByPriority: dir?.force?.prefer !== false,
    fallsBackByPriority: dir?.force?.fallback === true,
    preferredLanguage: subprocessEnv.get('prefer-language'),
    mayBeEncoded: (type) => !noneEncoded && (!onlyHtmlEncoded || type.startsWith('text/html')),
    programQuality: prefersPrograms ? 2 : 0.001,
  };
}

/**
 * Serves the best of the files whose names begin as the missing one's.
 *
 * @source httpd modules/mappers/mod_negotiation.c `handle_multi`
 */
export function handleMultiviews(req: RequestRecord, dir: NegotiationDirConfig | undefined): HookResult {
  if (req.finfo !== undefined || req.proxyReq !== 0 || !req.filename?.startsWith('/')) return DECLINED;
  if ((allowOptions(req) & OPT.MultiViews) === 0) return DECLINED;
  const slash = req.filename.lastIndexOf('/');
  const asked = req.filename.slice(slash + 1);
  const names = asked === '' ? [] : namesBeside(req.filename.slice(0, slash + 1), asked);
  if (!names) return 403;
  if (names.length === 0) return DECLINED;

  const { uri, pathInfo } = req;
  if (pathInfo !== '' && uri.endsWith(pathInfo)) req.uri = uri.slice(0, -pathInfo.length);
  const variants = names.flatMap((name) => lookUpVariant(req, asked, name) ?? []);
  req.uri = uri;
  if (variants.length === 0) {
    const message = `Negotiation: discovered file(s) matching request: ${req.filename} (None could be negotiated).`;
    logRequest(req, 'error', 'negotiation', 'AH00687', message);
    return 404;
  }
  const best = chooseVariant(variants, preferencesOf(req, dir));
  if (!best) {
    logRequest(req, 'error', 'negotiation', 'AH00690', `no acceptable variant: ${req.filename}`);
    setHeaders(req, variants, 'list');
    req.notes.set('variant-list', listOf(variants));
    return 406;
  }
  if (isTransparent(req)) req.errHeadersOut.set('Content-Location', escapePath(best.name));
  setHeaders(req, variants, 'choice');
  best.lookedUp.args ??= req.args;
  fastRedirect(req, best.lookedUp);
  if (pathInfo !== '') {
    req.pathInfo = pathInfo;
    req.uri += pathInfo;
  }
  return OK;
}
