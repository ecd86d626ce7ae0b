import { readdirSync, statSync } from 'node:fs';
import { modAutoindex as catalogue } from '../../../grammar/catalogue/mod_autoindex.ts';
import { addAllowedMethods } from '../../pipeline/allowed-methods.ts';
import { discardBody } from '../../pipeline/discard-body.ts';
import { fileETag } from '../../pipeline/etag.ts';
import { escapeHtml } from '../../pipeline/html.ts';
import { formatHttpDate } from '../../pipeline/http-date.ts';
import { logRequest } from '../../pipeline/log.ts';
import { hook } from '../../pipeline/phases.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { DECLINED, OK, type HookResult } from '../../pipeline/status.ts';
import { fsPath } from '../../source/fs-path.ts';
import { showSystemError } from '../../source/system-error.ts';
import { allowOptions, coreDir, limitRequestBody } from '../core/access.ts';
import { OPT } from '../core/options.ts';
import { plannedText, planRanges } from '../core/ranges.ts';
import { serverSignature } from '../core/server-signature.ts';
import { etagParts } from '../file-etag.ts';
import { DIRECTORY_TYPE } from '../mod_dir.ts';
import { defineModule, type Module } from '../module.ts';
import { never } from '../unserved/checks.ts';
import {
  createAutoindexConfig,
  INDEX_OPTION,
  mergeAutoindexConfig,
  type AutoindexDirConfig,
} from './config.ts';
import {
  addAlt,
  addDescription,
  addIcon,
  indexIgnore,
  indexIgnoreReset,
  indexOrderDefault,
  text,
} from './directives.ts';
import { makeEntries } from './entries.ts';
import { headerOf, inclusionOf } from './inclusion.ts';
import { indexOptions } from './options.ts';
import { heading, listing, preamble, type PageStyle } from './page.ts';
import { entryOrder } from './sort.ts';
import { viewOf } from './view.ts';

/** @source httpd mod_autoindex.c `handle_autoindex` */
function handleDirectory(req: RequestRecord): HookResult | Promise<HookResult> {
  if (req.handler !== DIRECTORY_TYPE) return DECLINED;
  addAllowedMethods(req, 'GET');
  if (req.method !== 'GET' && req.method !== 'HEAD') return DECLINED;
  if ((allowOptions(req) & OPT.Indexes) === 0) return forbidden(req);
  const discarded = discardBody(req, limitRequestBody(req));
  if (discarded instanceof Promise)
    return discarded.then((result) => (result === OK ? sendListing(req) : result));
  return discarded === OK ? sendListing(req) : discarded;
}

function forbidden(req: RequestRecord): HookResult {
  const names = req.notes.get('dir-index-names') ?? 'none';
  const message = `Cannot serve directory ${req.filename ?? ''}: No matching DirectoryIndex (${names}) found, and server-generated directory index forbidden by Options directive`;
  logRequest(req, 'error', 'autoindex', 'AH01276', message);
  return 403;
}

/** @source httpd mod_autoindex.c `index_directory` */
function sendListing(req: RequestRecord): HookResult {
  const filename = req.filename ?? '';
  const directory = filename.endsWith('/') ? filename : `${filename}/`;
  req.filename = directory;
  const config = modAutoindex.dir(req) ?? createAutoindexConfig();
  let names: readonly string[];
  try {
    names = readdirSync(fsPath(directory), { encoding: 'latin1' });
  } catch (error) {
    const cause = showSystemError(error) ?? String(error);
    logRequest(req, 'error', 'autoindex', 'AH01275', `Can't open directory for index: ${directory}`, cause);
    return 403;
  }
  const type = config.type ?? 'text/html';
  const charset = config.charset ?? 'ISO-8859-1';
  req.contentType = charset === '' ? type : `${type};charset=${charset}`;
  const view = viewOf(req, config);
  if (view.options & INDEX_OPTION.trackModified) setValidators(req, directory);
  if (req.headerOnly) return OK;
  const { page, isWhole } = composePage(req, { config, view }, makeEntries(req, names, config, view));
  return isWhole ? sendWhole(req, page) : sendPage(req, page);
}

function sendPage(req: RequestRecord, page: string): HookResult {
  req.output.write(page);
  return OK;
}

/** httpd serves ranges of whatever it has together: of a listing, too. @source httpd byterange_filter.c */
function sendWhole(req: RequestRecord, page: string): HookResult {
  const plan = planRanges(req, page.length);
  if (plan.kind === 'unsatisfiable') return 416;
  const body = plannedText(page, plan);
  // The length is counted last, and so stands behind Content-Range.
  req.headersOut.unset('Content-Length');
  req.headersOut.set('Content-Length', String(body.length));
  return sendPage(req, body);
}

function setValidators(req: RequestRecord, directory: string): void {
  const stats = statSync(fsPath(directory), { bigint: true, throwIfNoEntry: false });
  if (!stats) return;
  const modifiedMs = Number(stats.mtimeNs / 1_000_000n);
  req.headersOut.set('Last-Modified', formatHttpDate(Math.min(modifiedMs, req.requestTimeMs)));
  const parts = etagParts(coreDir(req).fileETag);
  const etag = parts.digest ? undefined : fileETag(stats, parts, req.requestTimeMs);
  if (etag !== undefined) req.headersOut.set('ETag', etag);
}

/** Up to here httpd has the whole page together before any of it leaves, and so knows its length. */
const MOST_GATHERED_BYTES = 8000;

function composePage(
  req: RequestRecord,
  style: PageStyle,
  entries: ReturnType<typeof makeEntries>,
): { readonly page: string; readonly isWhole: boolean } {
  const { config, view } = style;
  const keepsAmble = (view.options & INDEX_OPTION.suppressPreamble) === 0;
  const title = escapeHtml(req.uri).replace(/(.)\/+$/s, '$1');
  const header = config.header === undefined ? undefined : headerOf(req, config.header);
  const body = listing(style, [...entries].sort(entryOrder(view)));
  const readme = config.readme === undefined ? undefined : inclusionOf(req, config.readme);
  const page = [
    header?.isHtml === true && !keepsAmble ? '' : preamble(style, title),
    header?.text ?? heading(style, title),
    body,
    readme?.text ?? serverSignature(req, ''),
    readme?.isHtml === true && !keepsAmble ? '' : '</body></html>\n',
  ].join('');
  const isGathered = header?.isHtml !== true && readme?.isHtml !== true;
  return { page, isWhole: isGathered && page.length <= MOST_GATHERED_BYTES };
}

/** Listings of directories that have no index. */
export const modAutoindex: Module<undefined, AutoindexDirConfig> = defineModule(catalogue, {
  directives: {
    AddIcon: addIcon('path'),
    AddIconByType: addIcon('type'),
    AddIconByEncoding: addIcon('encoding'),
    AddAlt: addAlt('path'),
    AddAltByType: addAlt('type'),
    AddAltByEncoding: addAlt('encoding'),
    IndexOptions: indexOptions,
    IndexOrderDefault: indexOrderDefault,
    IndexIgnore: indexIgnore,
    IndexIgnoreReset: indexIgnoreReset,
    AddDescription: addDescription,
    HeaderName: text('header'),
    ReadmeName: text('readme'),
    FancyIndexing: {
      accepted: 'httpd refuses it',
      bind: never('The FancyIndexing directive is no longer supported. Use IndexOptions FancyIndexing.'),
    },
    DefaultIcon: text('defaultIcon'),
    IndexStyleSheet: text('styleSheet'),
    IndexHeadInsert: text('headInsert'),
  },
  createDirConfig: createAutoindexConfig,
  mergeDirConfig: mergeAutoindexConfig,
  hooks: [hook('handler', handleDirectory)],
});
