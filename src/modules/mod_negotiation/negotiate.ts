import { escapeHtml } from '../../pipeline/html.ts';
import { logRequest } from '../../pipeline/log.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { OK, type HookResult } from '../../pipeline/status.ts';
import { subrequestFile } from '../../pipeline/subrequest.ts';
import { escapePath } from '../../pipeline/url.ts';
import { parseAccept } from './accept.ts';
import type { NegotiationDirConfig } from './config.ts';
import { chooseVariant, type Preferences, type Variant } from './variant.ts';

const MAP_TYPE = 'application/x-type-map';

/** Whether a file is a type map, and no variant itself. */
export function isTypeMap({ handler, contentType }: RequestRecord): boolean {
  return handler === 'type-map' || contentType === MAP_TYPE || handler === MAP_TYPE;
}

function isVaried(variants: readonly Variant[], part: (variant: Variant) => string): boolean {
  return new Set(variants.map(part)).size > 1;
}

/** Whether a client of RFC 2295 could have chosen by itself. @source mod_negotiation.c `do_negotiation` */
function isTransparent(req: RequestRecord, variants: readonly Variant[]): boolean {
  return (
    (req.method === 'GET' || req.method === 'HEAD') &&
    req.pathInfo === '' &&
    variants.every(({ name, body }) => body === undefined && !name.includes('/'))
  );
}

/** `Vary`, and for a request that may choose by itself the rest of RFC 2295's headers. */
function setHeaders(req: RequestRecord, variants: readonly Variant[], choice: 'choice' | 'list'): void {
  const headers = req.errHeadersOut;
  const mayChoose = isTransparent(req, variants);
  const vary = [
    ...(mayChoose ? ['negotiate'] : []),
    ...(isVaried(variants, ({ type }) => type) ? ['accept'] : []),
    ...(isVaried(variants, ({ languages }) => languages.join(',')) ? ['accept-language'] : []),
    ...(isVaried(variants, ({ charset }) => charset) ? ['accept-charset'] : []),
    ...(isVaried(variants, ({ encoding }) => encoding) ? ['accept-encoding'] : []),
  ];
  if (choice === 'list' && variants.length > 0) headers.set('Alternates', variants.map(alternate).join(', '));
  if (vary.length > 0) headers.merge('Vary', vary.join(','));
  if (mayChoose) headers.set('TCN', choice);
}

function alternate(variant: Variant): string {
  const { name, type, languages, encoding, charset, length, sourceQuality } = variant;
  const parts = [
    ...(type === '' ? [] : [`{type ${type}}`]),
    ...(charset === '' ? [] : [`{charset ${charset}}`]),
    ...(languages.length === 0 ? [] : [`{language ${languages.join(',')}}`]),
    ...(encoding === '' ? [] : [`{encoding ${encoding}}`]),
    ...(length < 0 ? [] : [`{length ${length}}`]),
  ];
  return `{"${escapePath(name)}" ${Number(sourceQuality.toFixed(3))} ${parts.join(' ')}}`;
}

/** The list that the page of a 406 shows. */
function listOf(variants: readonly Variant[]): string {
  const items = variants.map(({ name, description, type, languages, encoding, charset }) => {
    const parts = [
      description,
      ...(type === '' ? [] : [`, type ${type}`]),
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
 * The variant that suits the client best, with the headers that tell of the choice set; or the status to answer with.
 *
 * @source httpd modules/mappers/mod_negotiation.c `do_negotiation`, `setup_choice_response`
 */
export function negotiate(
  req: RequestRecord,
  variants: readonly Variant[],
  dir: NegotiationDirConfig | undefined,
): Variant | HookResult {
  const best = chooseVariant(variants, preferencesOf(req, dir));
  if (!best) {
    logRequest(req, 'error', 'negotiation', 'AH00690', `no acceptable variant: ${req.filename ?? ''}`);
    setHeaders(req, variants, 'list');
    req.notes.set('variant-list', listOf(variants));
    return 406;
  }
  if (!isTransparent(req, variants)) {
    setHeaders(req, variants, 'choice');
    return best;
  }
  const lookedUp = best.lookedUp ?? subrequestFile(req, best.name);
  const status = refusal(lookedUp);
  if (status !== OK) return status;
  req.errHeadersOut.set('Content-Location', escapePath(best.name));
  setHeaders(req, variants, 'choice');
  return { ...best, lookedUp };
}

/** Why what was found for a variant can't be served: it fails, or is to be negotiated itself. */
function refusal(lookedUp: RequestRecord): HookResult {
  const isNegotiable = lookedUp.errHeadersOut.has('TCN');
  if (lookedUp.status !== 200 && !isNegotiable) return lookedUp.status;
  return isNegotiable || isTypeMap(lookedUp) ? 506 : OK;
}
