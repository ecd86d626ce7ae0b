import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  read,
  readSync,
  type BigIntStats,
  type Stats,
} from 'node:fs';
import { addAllowedMethods, allowHeader, isKnownMethod } from '../pipeline/allowed-methods.ts';
import type { RangePlan } from '../pipeline/byte-range.ts';
import { meetsConditions } from '../pipeline/conditional.ts';
import { discardBody } from '../pipeline/discard-body.ts';
import { fileETag } from '../pipeline/etag.ts';
import { formatHttpDate } from '../pipeline/http-date.ts';
import { logRequest } from '../pipeline/log.ts';
import type { RequestRecord } from '../pipeline/request.ts';
import { OK, type HookResult } from '../pipeline/status.ts';
import { fsPath } from '../source/fs-path.ts';
import { showSystemError } from '../source/system-error.ts';
import { allowOptions, coreDir, coreServer, limitRequestBody } from './core/access.ts';
import type { CoreDirConfig } from './core/config.ts';
import { OPT } from './core/options.ts';
import { planRanges } from './core/ranges.ts';
import { fileDigest } from './file-digest.ts';
import { etagParts } from './file-etag.ts';
import { readSmallFile, recallFile, SMALL_FILE_BYTES, smallFileETag, type SmallFile } from './small-file.ts';

/** Up to here a file that is not small is read in one go: the thread pool would cost more than the copying. */
const AT_ONCE_BYTES = 262_144;
/** Beyond, it is read piece by piece off the event loop, as fast as the client takes it. */
const PIECE_BYTES = 262_144;

/**
 * Serves the file that a request was mapped to, or says why not. Also answers the methods that no other handler took.
 *
 * @source httpd server/core.c `default_handler`
 */
export function defaultHandler(req: RequestRecord): HookResult | Promise<HookResult> {
  // Only answers to other methods tell what is allowed.
  if (req.method !== 'GET') addAllowedMethods(req, 'GET', 'OPTIONS', 'POST');
  const discarded = discardBody(req, limitRequestBody(req));
  if (discarded instanceof Promise)
    return discarded.then((result) => (result === OK ? serveMethod(req) : result));
  return discarded === OK ? serveMethod(req) : discarded;
}

/** `.htaccess`, `.htpasswd` and the like: never sent, whether or not the config has the rule that httpd ships with. */
function isAccessFile(filename: string): boolean {
  return filename.startsWith('.ht', filename.lastIndexOf('/') + 1);
}

function serveMethod(req: RequestRecord): HookResult | Promise<HookResult> {
  switch (req.method) {
    case 'GET':
    case 'HEAD':
    case 'POST':
      return serveFile(req);
    case 'OPTIONS':
      return sendOptions(req);
    default:
      if (isKnownMethod(req.method, coreServer(req.server).registeredMethods)) return 405;
      logRequest(req, 'error', 'core', 'AH00135', `Invalid method in request ${req.theRequest}`);
      return 501;
  }
}

/** @source httpd modules/http/http_protocol.c `ap_send_http_options` */
function sendOptions(req: RequestRecord): HookResult {
  req.headersOut.set('Allow', allowHeader(req, (coreServer(req.server).traceEnable ?? 'on') !== 'off'));
  req.headersOut.set('Content-Length', '0');
  return OK;
}

function serveFile(req: RequestRecord): HookResult | Promise<HookResult> {
  const { finfo, filename } = req;
  if (finfo === undefined || filename === undefined) {
    logRequest(req, 'info', 'core', 'AH00128', `File does not exist: ${filename ?? ''}${req.pathInfo}`);
    return 404;
  }
  if (finfo.isDirectory()) {
    logRequest(req, 'info', 'core', 'AH00129', `Attempt to serve directory: ${filename}`);
    return 404;
  }
  if (isAccessFile(filename)) {
    logRequest(req, 'error', 'core', 'AH01630', `client denied by the gateway: ${filename}`);
    return 403;
  }
  if (req.pathInfo !== '' && req.usedPathInfo !== 'on') {
    logRequest(req, 'info', 'core', 'AH00130', `File does not exist: ${filename}${req.pathInfo}`);
    return 404;
  }
  const known = req.mayFollowLinks ? recallFile(filename, finfo) : undefined;
  return known ? sendSmallFile(req, known) : openAndSend(req, filename, finfo);
}

function openAndSend(req: RequestRecord, filename: string, finfo: Stats): HookResult | Promise<HookResult> {
  const file = openFile(req, filename, finfo);
  if (typeof file === 'number') return file;
  const { descriptor, stats } = file;
  let isLeftOpen = false;
  try {
    if (stats.size <= SMALL_FILE_BYTES)
      return sendSmallFile(req, readSmallFile(filename, descriptor, stats, finfo));
    const sending = sendBigFile(req, descriptor, stats);
    if (!(sending instanceof Promise)) return sending;
    isLeftOpen = true;
    return sending.finally(() => {
      closeSync(descriptor);
    });
  } finally {
    if (!isLeftOpen) closeSync(descriptor);
  }
}

/** The file as it is now, opened once so that nothing can be put in its place; 403 when it must not be served. */
function openFile(
  req: RequestRecord,
  filename: string,
  finfo: Stats,
): { readonly descriptor: number; readonly stats: BigIntStats } | 403 {
  const mayBeLink = req.mayFollowLinks || (allowOptions(req) & OPT.SymLinksIfOwnerMatch) !== 0;
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | (mayBeLink ? 0 : constants.O_NOFOLLOW);
  let descriptor: number;
  try {
    descriptor = openSync(fsPath(filename), flags);
  } catch (error) {
    const cause = showSystemError(error) ?? String(error);
    logRequest(req, 'error', 'core', 'AH00132', `file permissions deny server access: ${filename}`, cause);
    return 403;
  }
  const stats = fstatSync(descriptor, { bigint: true });
  const isSame = req.mayFollowLinks || (BigInt(finfo.ino) === stats.ino && BigInt(finfo.dev) === stats.dev);
  if (stats.isFile() && isSame) return { descriptor, stats };
  closeSync(descriptor);
  const reason = isSame ? 'not a regular file' : 'another file took its place';
  logRequest(req, 'error', 'core', 'AH00132', `file is not served, ${reason}: ${filename}`);
  return 403;
}

function sendSmallFile(req: RequestRecord, file: SmallFile): HookResult {
  const config = coreDir(req);
  const etag = smallFileETag(file, etagParts(config.fileETag), req.requestTimeMs);
  const plan = prepare(req, Number(file.stats.size), lastModified(req, file), etag, config);
  if (typeof plan === 'number') return plan;
  const { content } = file;
  if (plan.kind === 'whole') req.output.write(content);
  else {
    for (const { lead, range } of plan.parts) {
      if (lead !== '') req.output.write(lead);
      req.output.write(content.subarray(range.start, range.end + 1));
    }
    if (plan.tail !== '') req.output.write(plan.tail);
  }
  return OK;
}

function sendBigFile(
  req: RequestRecord,
  descriptor: number,
  stats: BigIntStats,
): HookResult | Promise<HookResult> {
  const parts = etagParts(coreDir(req).fileETag);
  if (parts.digest) {
    return fileDigest(descriptor, stats).then((digest) => sendTagged(req, descriptor, stats, `"${digest}"`));
  }
  return sendTagged(req, descriptor, stats, fileETag(stats, parts, req.requestTimeMs));
}

function sendTagged(
  req: RequestRecord,
  descriptor: number,
  stats: BigIntStats,
  etag: string | undefined,
): HookResult | Promise<HookResult> {
  const size = Number(stats.size);
  const mtimeMs = Number(stats.mtimeNs / 1_000_000n);
  const modified = formatHttpDate(Math.min(mtimeMs, req.requestTimeMs));
  const plan = prepare(req, size, modified, etag, coreDir(req));
  if (typeof plan === 'number') return plan;
  if (plan.kind !== 'whole') return streamParts(req, descriptor, plan);
  return size <= AT_ONCE_BYTES ? sendAtOnce(req, descriptor, size) : streamBytes(req, descriptor, 0, size);
}

/** Sets the headers of a file; gives what of it is to be sent, or the result when that is nothing. */
function prepare(
  req: RequestRecord,
  size: number,
  modified: string,
  etag: string | undefined,
  config: CoreDirConfig,
): HookResult | Exclude<RangePlan, { kind: 'unsatisfiable' }> {
  const { headersOut } = req;
  headersOut.set('Last-Modified', modified);
  if (etag !== undefined) headersOut.set('ETag', etag);
  headersOut.set('Accept-Ranges', config.maxRanges === 'none' ? 'none' : 'bytes');
  headersOut.set('Content-Length', String(size));
  const verdict = meetsConditions(req);
  if (verdict !== OK) {
    req.status = verdict;
    if (!req.headerOnly) headersOut.set('Content-Length', '0');
    return OK;
  }
  const plan = planRanges(req, size);
  if (plan.kind === 'unsatisfiable') return 416;
  return req.headerOnly ? OK : plan;
}

/** A time in the future would let caches keep the file for ever: it is cut to now. */
function lastModified(req: RequestRecord, file: SmallFile): string {
  return file.mtimeMs <= req.requestTimeMs ? file.lastModified : formatHttpDate(req.requestTimeMs);
}

function sendAtOnce(req: RequestRecord, descriptor: number, size: number): HookResult {
  const content = Buffer.allocUnsafeSlow(size);
  const length = readSync(descriptor, content, 0, size, 0);
  req.output.write(content.subarray(0, length));
  return OK;
}

async function streamParts(
  req: RequestRecord,
  descriptor: number,
  plan: Extract<RangePlan, { kind: 'partial' }>,
): Promise<HookResult> {
  for (const { lead, range } of plan.parts) {
    if (lead !== '') req.output.write(lead);
    await streamBytes(req, descriptor, range.start, range.end + 1);
    if (req.output.isClosed) return OK;
  }
  if (plan.tail !== '') req.output.write(plan.tail);
  return OK;
}

/**
 * Reads the next piece only when the client has taken the last, into the same memory where that is certain: fresh pages
 * cost more than the reading. A file that became shorter ends in a cut response.
 */
async function streamBytes(
  req: RequestRecord,
  descriptor: number,
  start: number,
  end: number,
): Promise<HookResult> {
  const { output } = req;
  let at = start;
  let memory: Buffer | undefined;
  while (at < end) {
    memory ??= Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, end - at));
    const piece = await readPiece(descriptor, at, Math.min(memory.length, end - at), memory);
    if (output.isClosed) return OK;
    if (piece.length === 0) break;
    at += piece.length;
    if (output.write(piece)) memory = undefined;
    else await drained(req);
    if (output.isClosed) return OK;
  }
  if (at < end) output.abort();
  return OK;
}

function readPiece(descriptor: number, position: number, size: number, memory: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    read(descriptor, memory, 0, size, position, (error, length, buffer) => {
      if (error) reject(error);
      else resolve(buffer.subarray(0, length));
    });
  });
}

/** Settles when more may be written, or nobody is there to read it. */
function drained({ output }: RequestRecord): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      output.onDrain = undefined;
      output.onGone = undefined;
      resolve();
    };
    output.onDrain = settle;
    output.onGone = settle;
  });
}
