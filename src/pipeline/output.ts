import { ownText, remembering } from '../source/remembering.ts';
import type { RequestRecord } from './request.ts';
import { Table } from './table.ts';

/** What the server adds to every response, whatever made it. */
export interface ResponseDefaults {
  /** Value of the Server header; '' for none. */
  readonly serverVersion: string;
  /** `AddDefaultCharset` as it applies to the request; '' for none. */
  defaultCharset(req: RequestRecord): string;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const CONTROL_BYTES = /[\x00-\x08\x0a-\x1f\x7f]/;
const NEEDS_CHARSET = /^text\/(?:plain|html)(?:[;\s]|$)/i;

/** What the line of a field begins with, behind the end of the line before; '' for a name that can't be sent. */
const fieldStart = remembering({ most: 2000, longest: 64 }, (name) =>
  TOKEN.test(name) ? ownText(`\r\n${name}: `) : '',
);

/** Lays the headers for any outcome before those of this one, as httpd orders them. */
export function mergeErrorHeaders(req: RequestRecord): void {
  const { headersOut, errHeadersOut } = req;
  if (errHeadersOut.size > 0) {
    headersOut.assign(Table.overlay(errHeadersOut, headersOut));
    errHeadersOut.clear();
  }
  if (headersOut.hasLower('vary')) joinVary(headersOut);
}

/** One `Vary` with each name once. @source httpd modules/http/http_filters.c `fixup_vary` */
function joinVary(headersOut: Table): void {
  const names = new Map<string, string>();
  for (const value of headersOut.getAll('Vary')) {
    for (const name of value.split(/[\s,]+/)) {
      if (name !== '' && !names.has(name.toLowerCase())) names.set(name.toLowerCase(), name);
    }
  }
  headersOut.set('Vary', [...names.values()].join(','));
}

/**
 * Sets the headers that describe the content: type with its default charset, encodings and languages.
 *
 * @source httpd modules/http/http_filters.c `ap_http_header_filter`, http_protocol.c `ap_make_content_type`
 */
export function setContentHeaders(req: RequestRecord, defaults: ResponseDefaults): void {
  const { headersOut } = req;
  if (req.status === 304 || req.status === 204) {
    headersOut.unsetLower('content-length');
    headersOut.unsetLower('content-type');
    return;
  }
  const type = responseContentType(req, defaults);
  if (type !== undefined) headersOut.setLower('Content-Type', 'content-type', type);
  if (req.contentEncoding.length > 0) headersOut.set('Content-Encoding', req.contentEncoding.join(', '));
  if (req.contentLanguages.length > 0) headersOut.set('Content-Language', joinLanguages(req));
}

/** The content type as it is sent; undefined: none is known. */
export function responseContentType(req: RequestRecord, defaults: ResponseDefaults): string | undefined {
  const type = req.contentType;
  if (type === undefined || type === '') return undefined;
  const charset = defaults.defaultCharset(req);
  if (charset === '' || req.subprocessEnv.hasLower('suppress-error-charset') || !NEEDS_CHARSET.test(type))
    return type;
  return /charset=/i.test(type) ? type : `${type}; charset=${charset}`;
}

function joinLanguages(req: RequestRecord): string {
  const languages = [...req.contentLanguages];
  for (const listed of (req.headersOut.get('Content-Language') ?? '').split(',')) {
    const language = listed.trim();
    const isNew =
      language !== '' && !languages.some((known) => known.toLowerCase() === language.toLowerCase());
    if (isNew) languages.push(language);
  }
  return languages.join(',');
}

/** The line of a field, behind the end of the line before; undefined: it can't be sent. */
export function fieldLine(name: string, value: string): string | undefined {
  const start = fieldStart(name);
  return start === '' || CONTROL_BYTES.test(value) ? undefined : start + value;
}

/** Why a field can't be sent, for the log. */
export interface FieldFault {
  readonly number: string;
  readonly message: string;
}

/** What is wrong with a field that can't be sent. */
export function fieldFault(name: string): FieldFault {
  if (name === '') return { number: 'AH02428', message: 'Empty response header name, aborting request' };
  return fieldStart(name) === ''
    ? {
        number: 'AH02429',
        message: `Response header name '${name}' contains invalid characters, aborting request`,
      }
    : {
        number: 'AH02430',
        message: `Response header '${name}' value contains invalid characters, aborting request`,
      };
}
