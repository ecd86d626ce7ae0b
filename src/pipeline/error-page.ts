import { addressedBody } from './error-page-texts.ts';
import { allowHeader } from './allowed-methods.ts';
import { escapeHtml } from './html.ts';
import type { RequestRecord } from './request.ts';
import { REASONS, statusLine } from './status.ts';

/** What the built-in pages say about the server. */
export interface PageContext {
  /** `ServerAdmin`; undefined: none was given. */
  readonly adminAddress: string | undefined;
  /** `ServerSignature`. */
  readonly signature: 'off' | 'on' | 'email';
  /** As the Server header has it. */
  readonly serverVersion: string;
  readonly serverName: string;
  readonly serverPort: number;
  /** `TraceEnable` is not off. */
  readonly mayTrace: boolean;
}

const DOCTYPE =
  '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\n';
/** A status text of a module is shown when it starts with the status and a reason that reads as text. */
const SHOWABLE_STATUS_LINE = /^\d{3}(?:$| $| [A-Za-z0-9])/;

/** Statuses whose responses never have a body. */
export function isHeaderOnlyStatus(status: number): boolean {
  return status === 204 || status === 304;
}

/**
 * Sends the answer to `req.status`: the text of an `ErrorDocument`, or the built-in page, with the headers that
 * survive errors (`errHeadersOut`, and `Location` of a redirect). Ends the response.
 *
 * @param recursiveStatus status of a failed `ErrorDocument`, told below the page; 0: none
 * @param text text of `ErrorDocument 404 "text"`; undefined: the built-in page
 * @param isLate the response to another status was on its way: no length is counted any more
 * @source httpd modules/http/http_protocol.c `ap_send_error_response`
 */
export function sendErrorResponse(
  req: RequestRecord,
  recursiveStatus: number,
  text: string | undefined,
  page: PageContext,
  isLate = false,
): void {
  req.answersItself = true;
  const { status } = req;
  if (isHeaderOnlyStatus(status)) {
    req.output.end();
    return;
  }
  const location = req.headersOut.get('Location') ?? req.errHeadersOut.get('Location') ?? '';
  if (!req.assbackwards) replaceHeaders(req, location, page);
  if (req.headerOnly) {
    req.output.end();
    return;
  }
  const body = text ?? builtInPage(req, location, recursiveStatus, page);
  if (!isLate && !isSentByFilter(req)) req.headersOut.set('Content-Length', String(body.length));
  req.output.write(body);
  req.output.end();
}

/** httpd sends these pages from within its filters, behind the one that counts the length. */
function isSentByFilter({ status, method, body, headersIn, proxyReq }: RequestRecord): boolean {
  if (status === 416) return headersIn.has('Range');
  // The limit of a TRACE is its handler's.
  if (status === 408 || method === 'TRACE' || body.failure?.status !== status) return false;
  // Broken trailers are an error that its reader reports, and that is answered as any other.
  if (body.failure.isInTrailers) return false;
  return proxyReq === 0 || body.failure.isCut !== true;
}

/** Headers of the response that failed give way to those meant for any outcome. */
function replaceHeaders(req: RequestRecord, location: string, page: PageContext): void {
  const { status, headersOut } = req;
  headersOut.clear();
  for (const [name, value] of req.errHeadersOut) headersOut.add(name, value);
  req.errHeadersOut.clear();
  if ((isRedirect(status) || status === 201) && location !== '') headersOut.set('Location', location);
  req.contentLanguages = [];
  req.contentEncoding = [];
  req.contentType = req.subprocessEnv.has('suppress-error-charset')
    ? 'text/html'
    : 'text/html; charset=iso-8859-1';
  if (status === 405 || status === 501) headersOut.set('Allow', allowHeader(req, page.mayTrace));
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

function builtInPage(
  req: RequestRecord,
  location: string,
  recursiveStatus: number,
  page: PageContext,
): string {
  const title = pageTitle(req);
  const additionally =
    recursiveStatus === 0
      ? ''
      : `<p>Additionally, a ${statusLine(recursiveStatus)}\n` +
        'error was encountered while trying to use an ErrorDocument to handle the request.</p>\n';
  return (
    `${DOCTYPE}<html><head>\n<title>${title}</title>\n</head><body>\n<h1>${title.slice(4)}</h1>\n` +
    addressedBody(req, location, page.adminAddress) +
    additionally +
    signature('<hr>\n', page) +
    '</body></html>\n'
  );
}

function pageTitle(req: RequestRecord): string {
  const { status, statusLine: own } = req;
  if (own !== undefined && own.startsWith(String(status)) && SHOWABLE_STATUS_LINE.test(own)) {
    req.statusLine = own.length > 4 ? own : `${own.slice(0, 3)} Unknown Reason`;
    return req.statusLine;
  }
  return REASONS.has(status) ? statusLine(status) : '500 Internal Server Error';
}

/**
 * The line that names the server below its own pages; '' with `ServerSignature Off`.
 *
 * @source httpd server/core.c `ap_psignature`
 */
export function signature(prefix: string, page: PageContext): string {
  if (page.signature === 'off') return '';
  const name = escapeHtml(page.serverName);
  const shown =
    page.signature === 'on'
      ? name
      : `<a href="${mailAddress(page.adminAddress ?? '[no address given]')}">${name}</a>`;
  return `${prefix}<address>${page.serverVersion} Server at ${shown} Port ${page.serverPort}</address>\n`;
}

function mailAddress(address: string): string {
  const escaped = escapeHtml(address);
  return escaped.startsWith('http') ? escaped : `mailto:${escaped}`;
}
