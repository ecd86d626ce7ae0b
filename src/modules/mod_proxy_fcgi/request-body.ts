import type { BodyFailure } from '../../pipeline/exchange.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { SPOOL_DEFAULTS, SpoolError, spoolBody } from '../../fastcgi/spool.ts';
import { EMPTY_STDIN, HeldStdin, StreamedStdin, type StdinSource } from '../../fastcgi/stdin-source.ts';
import { limitRequestBody } from '../core/access.ts';

const BODY_NOTE = 'mod_proxy_fcgi body';

/** Why a body can't be sent; 503: there is no room to keep it. */
export interface UnsendableBody {
  readonly status: BodyFailure['status'] | 503;
  readonly message: string;
  readonly isGone: boolean;
}

/** A body that can be sent, or why it can't. */
export type PreparedBody = StdinSource | UnsendableBody;

export function isUnsendable(body: PreparedBody): body is UnsendableBody {
  return 'status' in body;
}

/**
 * The request's body as the application shall get it. Afterwards `Content-Length` says its exact length: a body of
 * unknown length is collected first, where httpd would send it without one and applications would see none of it.
 *
 * @source httpd modules/proxy/mod_proxy_fcgi.c `proxy_fcgi_handler`
 */
export function prepareBody(req: RequestRecord): PreparedBody | Promise<PreparedBody> {
  const { body } = req;
  if (!body.isAnnounced) return EMPTY_STDIN;
  if (isUsedUp(req)) {
    setLength(req, 0);
    return EMPTY_STDIN;
  }
  if (body.failure) return body.failure;
  markUsed(req);
  const limit = limitRequestBody(req);
  if (body.isComplete) return holdBody(req, limit);
  if (body.contentLength === undefined) return spool(req, limit);
  if (limit > 0 && body.contentLength > limit) return tooLarge(body.contentLength, limit);
  return new StreamedStdin(body, limit);
}

/** Takes a body that has arrived as a whole. */
function holdBody(req: RequestRecord, limit: number): PreparedBody {
  const pieces: Buffer[] = [];
  let bytes = 0;
  let failure: BodyFailure | undefined;
  req.body.start(
    {
      data(chunk) {
        pieces.push(chunk);
        bytes += chunk.length;
      },
      end: () => undefined,
      fail(reason) {
        failure = reason;
      },
    },
    limit,
  );
  if (failure) return failure;
  setLength(req, bytes);
  return new HeldStdin(pieces);
}

/** Collects a body whose length is unknown. */
function spool(req: RequestRecord, limitBytes: number): Promise<PreparedBody> {
  return new Promise((resolve) => {
    spoolBody(
      req.body,
      { ...SPOOL_DEFAULTS, limitBytes },
      {
        spooled(body) {
          setLength(req, body.lengthBytes);
          resolve(body);
        },
        failed(failure) {
          resolve(failure instanceof SpoolError ? { status: 503, message: failure.message, isGone: false } : failure);
        },
      },
    );
  });
}

function setLength(req: RequestRecord, bytes: number): void {
  req.headersIn.set('Content-Length', String(bytes));
  if (req.headersIn.has('Transfer-Encoding')) req.headersIn.unset('Transfer-Encoding');
}

function tooLarge(bytes: number, limit: number): BodyFailure {
  return { status: 413, message: `Request body of ${bytes} bytes is larger than the configured limit of ${limit}`, isGone: false };
}

/** The record that the client's request began with. */
function initialRecord(req: RequestRecord): RequestRecord {
  let first = req;
  while (first.prev) first = first.prev;
  return first;
}

/** An earlier record of this request took the body, or it failed and its error document gets none. */
function isUsedUp(req: RequestRecord): boolean {
  if (initialRecord(req).moduleNote(BODY_NOTE) === true) return true;
  for (let earlier = req.prev; earlier; earlier = earlier.prev) {
    if (earlier.status !== 200) return true;
  }
  return false;
}

function markUsed(req: RequestRecord): void {
  initialRecord(req).setModuleNote(BODY_NOTE, true);
}
