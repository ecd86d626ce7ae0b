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
 * LimitRequestBody does not apply to proxied requests.
 *
 * @source httpd modules/proxy/mod_proxy_fcgi.c `proxy_fcgi_handler`
 */
export function prepareBody(req: RequestRecord): PreparedBody | Promise<PreparedBody> {
  const { body } = req;
  if (!body.isAnnounced) return EMPTY_STDIN;
  if (isUsedUp(req) || wasRefused(req)) {
    setLength(req, 0);
    return EMPTY_STDIN;
  }
  if (body.failure) return body.failure;
  markUsed(req);
  if (body.isComplete) return holdBody(req);
  return body.contentLength === undefined ? spool(req) : new StreamedStdin(body, 0);
}

/** Takes a body that has arrived as a whole. */
function holdBody(req: RequestRecord): PreparedBody {
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
    0,
  );
  if (failure) return failure;
  setLength(req, bytes);
  return new HeldStdin(pieces);
}

/** Most bytes of a body that are collected, where LimitRequestBody does not allow more. */
const SPOOL_LIMIT = 1_073_741_824;

/** Collects a body whose length is unknown. The disk it takes is ours, so that there is a limit, unlike in httpd. */
function spool(req: RequestRecord): Promise<PreparedBody> {
  const configured = limitRequestBody(req);
  const limitBytes = configured === 0 ? 0 : Math.max(configured, SPOOL_LIMIT);
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
          resolve(
            failure instanceof SpoolError
              ? { status: 503, message: failure.message, isGone: false }
              : failure,
          );
        },
      },
    );
  });
}

function setLength(req: RequestRecord, bytes: number): void {
  req.headersIn.set('Content-Length', String(bytes));
  if (req.headersIn.has('Transfer-Encoding')) req.headersIn.unset('Transfer-Encoding');
}

/** The record that the client's request began with. */
function initialRecord(req: RequestRecord): RequestRecord {
  let first = req;
  while (first.prev) first = first.prev;
  return first;
}

/** An earlier record of this request sent the body to an application. */
function isUsedUp(req: RequestRecord): boolean {
  return initialRecord(req).moduleNote(BODY_NOTE) === true;
}

/** The body's fault was answered by an earlier record: what its error document runs has no body. */
function wasRefused({ prev, body }: RequestRecord): boolean {
  return prev !== undefined && body.failure !== undefined && !body.failure.isGone;
}

function markUsed(req: RequestRecord): void {
  initialRecord(req).setModuleNote(BODY_NOTE, true);
}
