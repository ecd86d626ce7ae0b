import type { Duplex } from 'node:stream';
import type { ResponseSink } from '../pipeline/exchange.ts';
import { logRequest } from '../pipeline/log.ts';
import type { FieldFault, ResponseDefaults } from '../pipeline/output.ts';
import type { RequestRecord } from '../pipeline/request.ts';
import { atTurnEnd } from '../pipeline/turn-end.ts';
import { composeHead, type ConnectionState, type ResponseHead } from './response-head.ts';

/** What a response asks of its connection. */
export interface ResponseHost {
  readonly socket: Duplex;
  readonly defaults: ResponseDefaults;
  /** Asked once, when the head is composed. */
  connectionState(): ConnectionState;
  onHead(isKept: boolean): void;
  /** Bytes wait in the socket: the client has to take some within its time. */
  onBlocked(): void;
  /** The last byte was handed over; a response that was cut off, or that can't be delimited otherwise, closes. */
  onResponseEnd(ending: 'kept' | 'closed' | 'cut' | 'reset'): void;
}

/** Up to here head and body leave as one string; beyond, copying costs more than a second piece for the system call. */
const MAX_JOINED_BYTES = 4096;
/** Of most responses nothing waits, or one piece: a list that grows has room for 17. */
const NO_PIECES: (Buffer | string)[] = [];
/** Output that waits for the end of this turn of the event loop at most. */
const MAX_GATHERED_BYTES = 65_536;

/**
 * The response of one request on a connection. What is written within one turn of the event loop leaves in one
 * write, with the head before it.
 */
export class ClientResponse implements ResponseSink {
  isHeadSent = false;
  isClosed = false;
  onDrain: (() => void) | undefined;
  onGone: (() => void) | undefined;

  readonly #host: ResponseHost;
  #first: RequestRecord | undefined;
  #head: ResponseHead | undefined;
  #pieces = NO_PIECES;
  #gatheredBytes = 0;
  #missingBytes = Infinity;
  #bytesSent = 0;
  #wireBytes = 0;
  #isScheduled = false;
  /** Size of what `#takeBody` gave last. */
  #takenBytes = 0;

  constructor(host: ResponseHost) {
    this.#host = host;
  }

  /** Names the request that is answered; internal redirects are found behind it. */
  attach(req: RequestRecord): void {
    this.#first = req;
  }

  write(chunk: Buffer | string): boolean {
    if (this.isClosed) return true;
    if (chunk.length > 0) {
      if (this.#pieces === NO_PIECES) this.#pieces = [chunk];
      else this.#pieces.push(chunk);
      this.#gatheredBytes += chunk.length;
    }
    if (this.#gatheredBytes >= MAX_GATHERED_BYTES) this.#send(false);
    else this.#schedule();
    return !this.#isBlocked();
  }

  flush(): void {
    if (!this.isClosed) this.#send(false);
  }

  end(): void {
    if (this.isClosed) return;
    this.#send(true);
    if (this.#wasClosed()) return;
    this.isClosed = true;
    const isShort = this.#missingBytes !== Infinity && this.#missingBytes > 0;
    if (isShort) this.#finish('cut');
    else this.#finish(this.#head!.isKept ? 'kept' : 'closed');
  }

  abort(): void {
    if (this.isClosed) return;
    // What the application said before it failed is passed on, also when it waits for the end of this turn.
    if (this.isHeadSent || this.#gatheredBytes > 0) this.#send(false);
    if (this.#wasClosed()) return;
    this.isClosed = true;
    this.#setFate('aborted');
    const isDelimited =
      this.#head !== undefined && (this.#head.isChunked || this.#head.contentLength !== undefined);
    this.#finish(isDelimited ? 'cut' : 'reset');
  }

  /** The connection is lost. */
  gone(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#pieces = NO_PIECES;
    this.#setFate('aborted');
    const told = this.onGone;
    this.onGone = undefined;
    this.onDrain = undefined;
    told?.();
  }

  /** The socket took all that waited. */
  drained(): void {
    if (!this.isClosed) this.onDrain?.();
  }

  /** A head that could not be sent was answered with a page, which has ended the response by now. */
  #wasClosed(): boolean {
    return this.isClosed;
  }

  #isBlocked(): boolean {
    if (!this.#host.socket.writableNeedDrain) return false;
    this.#host.onBlocked();
    return true;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    atTurnEnd('flush', () => this.#flushGathered());
  }

  /** At the end of the turn in which something was written. Most responses are ended, and empty, by then. */
  #flushGathered(): void {
    this.#isScheduled = false;
    if (!this.isClosed && (this.#gatheredBytes > 0 || !this.isHeadSent)) this.#send(false);
  }

  #send(isEnd: boolean): void {
    let text = '';
    if (!this.isHeadSent) {
      const head = this.#composeHead(isEnd);
      if (head === undefined) return;
      text = head.text;
    }
    const head = this.#head!;
    const body = this.#takeBody(head);
    const size = this.#takenBytes;
    const lead = head.isChunked && size > 0 ? `${size.toString(16)}\r\n` : '';
    const tail = head.isChunked ? (size > 0 ? '\r\n' : '') + (isEnd ? '0\r\n\r\n' : '') : '';
    if (size <= MAX_JOINED_BYTES || (body.length === 1 && typeof body[0] === 'string')) {
      text += lead;
      for (const piece of body) text += typeof piece === 'string' ? piece : piece.toString('latin1');
      text += tail;
      if (text !== '') this.#toSocket(text);
    } else if (body.length === 1 && text === '' && lead === '') this.#toSocket(body[0]!);
    else this.#sendTogether(text + lead, body, tail);
    this.#count();
  }

  #sendTogether(before: string, body: readonly (Buffer | string)[], after: string): void {
    const { socket } = this.#host;
    socket.cork();
    if (before !== '') this.#toSocket(before);
    for (const piece of body) this.#toSocket(piece);
    if (after !== '') this.#toSocket(after);
    socket.uncork();
  }

  /** What was gathered, cut to the length that the head promised; `#takenBytes` is its size. */
  #takeBody(head: ResponseHead): readonly (Buffer | string)[] {
    let pieces: readonly (Buffer | string)[] = this.#pieces;
    let size = this.#gatheredBytes;
    this.#pieces = NO_PIECES;
    this.#gatheredBytes = 0;
    if (head.isBodyless) {
      this.#takenBytes = 0;
      return NO_PIECES;
    }
    if (size > this.#missingBytes) {
      pieces = cutPieces(pieces, this.#missingBytes);
      size = this.#missingBytes;
    }
    this.#missingBytes -= size;
    this.#bytesSent += size;
    this.#takenBytes = size;
    return pieces;
  }

  #toSocket(data: Buffer | string): void {
    this.#wireBytes += data.length;
    if (typeof data === 'string') this.#host.socket.write(data, 'latin1');
    else this.#host.socket.write(data);
  }

  #composeHead(isEnd: boolean): ResponseHead | undefined {
    const req = this.#lastRecord();
    const isEmpty = isEnd && this.#gatheredBytes === 0;
    const state = this.#host.connectionState();
    const composed = composeHead(req, isEmpty, state, this.#host.defaults);
    if ('fault' in composed) {
      this.#replace(req, composed.fault);
      return undefined;
    }
    this.#head = composed;
    this.isHeadSent = true;
    if (composed.contentLength !== undefined) this.#missingBytes = composed.contentLength;
    const { maxKeepAliveRequests } = state.settings;
    const isLast = maxKeepAliveRequests > 0 && state.keptAlive + 1 >= maxKeepAliveRequests;
    // The last request that a connection may carry is logged as if it had closed it.
    this.#setFate(composed.isKept && !isLast ? 'kept' : 'closed');
    this.#host.onHead(composed.isKept);
    return composed;
  }

  /** A header that can't be sent makes the response a 500 that keeps nothing of it. */
  #replace(req: RequestRecord, fault: FieldFault): void {
    logRequest(req, 'error', 'http', fault.number, fault.message);
    this.#pieces = NO_PIECES;
    this.#gatheredBytes = 0;
    req.headersOut.clear();
    req.errHeadersOut.clear();
    req.statusLine = undefined;
    req.status = 500;
    req.notes.unset('error-notes');
    req.output = this;
    req.server.gateway.services.sendErrorResponse(req, 0, undefined);
  }

  #lastRecord(): RequestRecord {
    let req = this.#first!;
    while (req.next && !req.answersItself) req = req.next;
    return req;
  }

  #setFate(fate: RequestRecord['connectionFate']): void {
    for (let req = this.#first; req; req = req.next) req.connectionFate = fate;
  }

  #count(): void {
    for (let req = this.#first; req; req = req.next) {
      req.bytesSent = this.#bytesSent;
      req.wireBytesOut = this.#wireBytes;
    }
  }

  #finish(ending: 'kept' | 'closed' | 'cut' | 'reset'): void {
    this.onGone = undefined;
    this.onDrain = undefined;
    this.#host.onResponseEnd(ending);
  }
}

function cutPieces(pieces: readonly (Buffer | string)[], size: number): (Buffer | string)[] {
  const kept: (Buffer | string)[] = [];
  let left = size;
  for (const piece of pieces) {
    if (left <= 0) break;
    const part =
      piece.length <= left
        ? piece
        : typeof piece === 'string'
          ? piece.slice(0, left)
          : piece.subarray(0, left);
    kept.push(part);
    left -= part.length;
  }
  return kept;
}
