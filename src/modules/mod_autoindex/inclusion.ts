import { readFileSync } from 'node:fs';
import { logRequest } from '../../pipeline/log.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { subrequestUri } from '../../pipeline/subrequest.ts';
import { fsPath } from '../../source/fs-path.ts';
import { isHtml } from './entries.ts';

/** A file that stands above or below a listing. */
export interface Inclusion {
  /** HTML goes in as it is, and may bring the page's own start or end; other text stands in `<pre>`. */
  readonly isHtml: boolean;
  readonly text: string;
}

/**
 * The file of HeaderName, looked up as if the client liked HTML best; undefined: none that can be shown.
 *
 * @source httpd mod_autoindex.c `emit_head`
 */
export function headerOf(req: RequestRecord, uri: string): Inclusion | undefined {
  const { headersIn } = req;
  const earlier = headersIn.copy();
  headersIn.set('Accept', 'text/html, text/plain');
  headersIn.unset('Accept-Encoding');
  const found = inclusionOf(req, req.args === undefined ? uri : `${uri}?${req.args}`);
  headersIn.assign(earlier);
  return found;
}

/** The file of a URI that may be relative to the listed directory; undefined: none that can be shown. */
export function inclusionOf(req: RequestRecord, uri: string): Inclusion | undefined {
  const found = subrequestUri(req, uri);
  const { filename, contentType, handler } = found;
  if (found.status !== 200 || filename === undefined || !found.finfo?.isFile()) return undefined;
  const html = isHtml(contentType);
  if (!html && !/^text\//i.test(contentType ?? '')) return undefined;
  if (html && ((handler !== undefined && handler !== 'default-handler') || found.pathInfo !== '')) {
    const why = handler === undefined ? 'it has path information' : `its handler is ${handler}`;
    logRequest(req, 'warn', 'autoindex', '', `${filename} is left out of a directory listing: ${why}`);
    return undefined;
  }
  try {
    const text = readFileSync(fsPath(filename), 'latin1');
    return { isHtml: html, text: html ? text : `<pre>\n${escapeText(text)}</pre>\n` };
  } catch {
    return undefined;
  }
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
