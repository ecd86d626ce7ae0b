import type { Socket } from 'node:net';

import { nowMs, startTimer, stopTimer, type Timed } from '../backend/timers.ts';
import type { BodyConsumer, BodyFailure } from '../pipeline/exchange.ts';
import { takePart } from '../pipeline/read-buffer.ts';
import {
  BackendClosedError,
  BackendRefusedError,
  BackendRequestIdError,
  BackendTimeoutError,
  BackendVersionError,
  BackendWriteError,
  RequestBodyError,
  type BackendError,
  type ExchangeEvidence,
} from './errors.ts';
import type { ConnectedSocket, SocketUser } from './connect.ts';
import type { ExchangeListener, ExchangeTerms, FastCgiRequest } from './exchange.ts';
import { RecordDecoder, requestStart, STDIN_END, stdinHeader, type RecordSink } from './record.ts';

/** A body of this size is turned into text and leaves with the parameters in one write. */
const INLINE_BODY_BYTES = 16_384;

/** Before its first exchange. */
const NO_TERMS: ExchangeTerms = { keepConnection: false, timeoutMs: 0, ioBufferBytes: 0 };

/** Who owns a connection: told when it is free, and when it dies in any state. */
export interface ConnectionOwner {
  /** The exchange is over and the connection may serve another one. */
  connectionFree(connection: FastCgiConnection): void;
  /** The socket is gone; called once. */
  connectionClosed(connection: FastCgiConnection): void;
  /** The first byte ever came from the application: it has accepted the connection. */
  connectionAnswered(connection: FastCgiConnection): void;
}

/**
 * One connected socket to a FastCGI application, one request at a time. Ends in `connectionFree` after a clean
 * exchange, and in `connectionClosed` in every other case.
 */
export class FastCgiConnection implements SocketUser, RecordSink, BodyConsumer, Timed {
  readonly socket: Socket;
  /** Monotonic time when it was connected, and when it was last given back. */
  readonly openedMs: number;
  freeSinceMs = 0;
  /** When something last moved on it. */
  lastMs: number;
  served = 0;
  /** The application has sent something on it: it is bound to this connection. */
  hasAnswered = false;
  dueMs = 0;
  timerIndex = -1;
  // Its owner's notes: place among its connections, and in the watch for starving ones.
  listIndex = -1;
  isWatched = false;
  older: FastCgiConnection | undefined;
  newer: FastCgiConnection | undefined;
  helpedMs = -Infinity;

  readonly #made: ConnectedSocket;
  readonly #owner: ConnectionOwner;
  readonly #decoder = new RecordDecoder(this);
  /** Set while an exchange runs. */
  #request: FastCgiRequest | undefined;
  /** Of the latest exchange. */
  #terms: ExchangeTerms = NO_TERMS;
  #listener: ExchangeListener | undefined;
  #sentBytes = 0;
  #receivedBytes = 0;
  #isRequestSent = false;
  #isStdinDone = false;
  #isBlocked = false;
  #isPaused = false;
  #isClosed = false;
  #hasAnswer = false;
  #hasStdout = false;
  #isStdoutEnded = false;
  /** What the decoder found in the present chunk, to be acted on once the chunk is done. */
  #badRecord: BackendError | undefined;
  /** protocolStatus of END_REQUEST. */
  #endStatus: number | undefined;

  constructor(made: ConnectedSocket, owner: ConnectionOwner) {
    this.socket = made.socket;
    this.#made = made;
    this.#owner = owner;
    this.openedMs = this.lastMs = nowMs();
    made.use(this);
  }

  get sentBytes(): number {
    return this.#sentBytes;
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Sends a request; the connection must be free. @param now on the clock of `nowMs` */
  run(request: FastCgiRequest, terms: ExchangeTerms, listener: ExchangeListener, now: number): void {
    this.#request = request;
    this.#terms = terms;
    this.#listener = listener;
    this.#sentBytes = 0;
    this.#receivedBytes = 0;
    this.#isRequestSent = false;
    this.#isStdinDone = false;
    this.#isBlocked = false;
    this.#isPaused = false;
    this.#hasAnswer = false;
    this.#hasStdout = false;
    this.#isStdoutEnded = false;
    this.#decoder.reset();
    this.lastMs = now;
    startTimer(this, now + terms.timeoutMs);
    this.#sendStart(request, terms);
  }

  pause(): void {
    if (this.#isPaused || this.#listener === undefined) return;
    this.#isPaused = true;
    this.socket.pause();
  }

  resume(): void {
    if (!this.#isPaused || this.#listener === undefined) return;
    this.#isPaused = false;
    this.#progress();
    this.socket.resume();
  }

  /** Closes the socket; a running exchange ends without a word. */
  destroy(): void {
    const request = this.#request;
    this.#listener = undefined;
    this.#request = undefined;
    if (request !== undefined && !this.#isStdinDone) request.stdin.stop();
    this.#close();
  }

  received(buffer: Buffer, bytes: number): boolean {
    if (this.#listener === undefined) {
      // An application that talks when nobody asked is not to be trusted with the next request.
      this.destroy();
      return false;
    }
    if (!this.hasAnswered) {
      this.hasAnswered = true;
      this.#owner.connectionAnswered(this);
    }
    this.#receivedBytes += bytes;
    this.#progress();
    this.#decoder.push(buffer, bytes);
    this.#settle();
    return !this.#isPaused && !this.#isClosed;
  }

  // The decoder's findings.

  stdout(buffer: Buffer, start: number, end: number): void {
    this.#hasAnswer = true;
    this.#hasStdout = true;
    this.#listener?.stdout(takePart(buffer, start, end));
  }

  stderr(buffer: Buffer, start: number, end: number): void {
    this.#hasAnswer = true;
    this.#listener?.stderr(buffer.toString('latin1', start, end));
  }

  stdoutEnd(): void {
    this.#hasAnswer = true;
    this.#isStdoutEnded = true;
    // An empty STDOUT of a refused request is no answer yet: END_REQUEST tells.
    if (this.#hasStdout) this.#listener?.stdoutEnd();
  }

  endRequest(protocolStatus: number): void {
    this.#hasAnswer = true;
    this.#endStatus = protocolStatus;
  }

  unknownRecord(type: number): void {
    this.#listener?.unknownRecord(type);
  }

  badVersion(version: number): void {
    this.#badRecord = new BackendVersionError(version, this.#evidence());
  }

  badRequestId(requestId: number): void {
    this.#badRecord = new BackendRequestIdError(requestId, this.#evidence());
  }

  // The body on its way to the application.

  data(chunk: Buffer): void {
    const request = this.#request;
    if (request === undefined || this.#isStdinDone || chunk.length === 0) return;
    this.#writeBody(chunk);
    this.#holdBackIfFull(request);
  }

  fail(failure: BodyFailure): void {
    if (this.#request === undefined || this.#isStdinDone) return;
    this.#isStdinDone = true;
    this.#failWith(new RequestBodyError(failure, this.#evidence()));
  }

  /** STDIN is complete. */
  end(): void {
    if (this.#request === undefined || this.#isStdinDone) return;
    this.#isStdinDone = true;
    this.#isBlocked = !this.#write(STDIN_END);
    this.#progress();
  }

  expire(): void {
    if (this.#request === undefined) return;
    // While the client holds things up (its body, or its reading) the application is not to blame; behind the end of
    // its output it is, as nobody may go on with the body.
    const waitsForBackend = !this.#isPaused && (this.#isStdinDone || this.#isBlocked || this.#isStdoutEnded);
    if (waitsForBackend) this.#failWith(new BackendTimeoutError(this.#evidence()));
    else startTimer(this, nowMs() + this.#terms.timeoutMs);
  }

  #sendStart({ params, stdin }: FastCgiRequest, { keepConnection, ioBufferBytes }: ExchangeTerms): void {
    const { held } = stdin;
    const hasNoBody = held?.length === 0;
    const start = requestStart(params, keepConnection, hasNoBody);
    this.#isStdinDone = held !== undefined;
    if (held === undefined) this.#write(start);
    else if (hasNoBody) this.#isBlocked = !this.#write(start);
    else this.#sendHeld(start, held, ioBufferBytes);
    this.#noteRequestSent();
    if (held === undefined) stdin.start(this);
  }

  #sendHeld(start: string, held: readonly Buffer[], ioBufferBytes: number): void {
    const heldBytes = held.reduce((sum, piece) => sum + piece.length, 0);
    if (heldBytes <= INLINE_BODY_BYTES) {
      let text = start;
      for (const piece of held) {
        for (let at = 0; at < piece.length; at += ioBufferBytes) {
          const end = Math.min(piece.length, at + ioBufferBytes);
          text += stdinHeader(end - at) + piece.toString('latin1', at, end);
        }
      }
      this.#isBlocked = !this.#write(text + STDIN_END);
    } else {
      this.socket.cork();
      this.#write(start);
      for (const piece of held) this.#writeBody(piece);
      this.#isBlocked = !this.#write(STDIN_END);
      this.socket.uncork();
    }
  }

  /** A first write that fails at once has moved no byte: the application can't have seen the request. */
  #noteRequestSent(): void {
    this.#isRequestSent = this.socket.errored === null && !this.socket.destroyed;
  }

  #writeBody(chunk: Buffer): void {
    const { ioBufferBytes } = this.#terms;
    this.socket.cork();
    for (let at = 0; at < chunk.length; at += ioBufferBytes) {
      const end = Math.min(chunk.length, at + ioBufferBytes);
      this.#write(stdinHeader(end - at));
      this.#sentBytes += end - at;
      this.socket.write(at === 0 && end === chunk.length ? chunk : chunk.subarray(at, end));
    }
    this.socket.uncork();
  }

  #holdBackIfFull(request: FastCgiRequest): void {
    if (this.socket.writableNeedDrain) {
      this.#isBlocked = true;
      request.stdin.pause();
    }
    this.#progress();
  }

  #write(text: string): boolean {
    this.#sentBytes += text.length;
    return this.socket.write(text, 'latin1');
  }

  drained(): void {
    if (this.#request === undefined) return;
    this.#isBlocked = false;
    this.#progress();
    if (!this.#isStdinDone) this.#request.stdin.resume();
  }

  #progress(): void {
    if (this.#request === undefined) return;
    this.lastMs = nowMs();
    this.dueMs = this.lastMs + this.#terms.timeoutMs;
  }

  /** After a chunk: what the decoder found decides what becomes of the exchange. */
  #settle(): void {
    const failure = this.#badRecord;
    if (failure !== undefined) {
      this.#badRecord = undefined;
      this.#failWith(failure);
      return;
    }
    const status = this.#endStatus;
    if (status === undefined) return;
    this.#endStatus = undefined;
    if (status !== 0 && !this.#hasStdout) this.#failWith(new BackendRefusedError(status, this.#evidence()));
    else this.#finish();
  }

  #finish(): void {
    const request = this.#request;
    const listener = this.#listener;
    if (request === undefined || listener === undefined) return;
    const isReusable =
      this.#terms.keepConnection &&
      this.#decoder.isClean &&
      this.#isStdinDone &&
      this.socket.writableLength === 0 &&
      !this.#isClosed;
    if (!this.#isStdinDone) request.stdin.stop();
    this.#request = undefined;
    this.#listener = undefined;
    this.served += 1;
    stopTimer(this);
    // Given back first: what the listener starts next may use it.
    if (isReusable) this.#giveBack();
    else this.#close();
    if (!this.#hasStdout) listener.stdoutEnd();
    listener.end(isReusable);
  }

  #giveBack(): void {
    if (this.#isPaused) {
      this.#isPaused = false;
      this.socket.resume();
    }
    this.freeSinceMs = this.lastMs;
    this.#owner.connectionFree(this);
  }

  broke(error: Error | undefined): void {
    if (this.#isClosed) return;
    if (this.#listener === undefined) {
      this.#close();
      return;
    }
    const evidence = this.#evidence();
    const isWriteError = error !== undefined && 'syscall' in error && error.syscall === 'write';
    this.#failWith(
      isWriteError && !this.#hasAnswer
        ? new BackendWriteError(evidence, error)
        : new BackendClosedError(evidence, error),
    );
  }

  #failWith(error: BackendError): void {
    const listener = this.#listener;
    this.destroy();
    listener?.fail(error);
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    stopTimer(this);
    this.#made.close();
    this.#owner.connectionClosed(this);
  }

  #evidence(): ExchangeEvidence {
    return {
      wasReused: this.served > 0,
      wasRequestSent: this.#isRequestSent,
      hasAnswer: this.#hasAnswer,
    };
  }
}
