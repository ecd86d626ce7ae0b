import type { Duplex } from 'node:stream';
import { addAllowedMethods } from '../pipeline/allowed-methods.ts';
import type { ConnectionInfo } from '../pipeline/exchange.ts';
import { logRequest } from '../pipeline/log.ts';
import type { ResponseDefaults } from '../pipeline/output.ts';
import { ownedRead } from '../pipeline/read-buffer.ts';
import { RequestRecord, type RequestHead } from '../pipeline/request.ts';
import type { ServerRecord } from '../pipeline/server.ts';
import { atTurnEnd } from '../pipeline/turn-end.ts';
import { ClientBody, type BodySource, type ConnectionBody } from './body.ts';
import type { FrontHost } from './front.ts';
import { clientStream } from './client-stream.ts';
import { NO_BODY } from './no-body.ts';
import { RequestHeadParser, type HeadFailure, type ParsedHead } from './request-head.ts';
import { ClientResponse, type ResponseHost } from './response.ts';
import { targetPath } from './request-target.ts';
import type { ConnectionState } from './response-head.ts';
import type { FrontSettings } from './settings.ts';
import { firstLimitMs, TimeLimit } from './time-limit.ts';

/** A body that nobody wants is read up to here, for the sake of the next request; more closes the connection. */
const MAX_DROPPED_BYTES = 1_048_576;
/** Refusals of heads that leave no doubt about where the request ends. */
const WELL_FRAMED: ReadonlySet<number> = new Set([405, 417]);
const UNKNOWN_HOST: HeadFailure = {
  status: 400,
  number: 'AH10157',
  message: 'client sent an unknown host name',
  notes: '',
};
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

/**
 * What a connection does: reads a head, has one that is served at the end of the turn, serves a request, drains what the
 * client still sends, or nothing any more.
 */
type Stage = 'head' | 'ready' | 'exchange' | 'lingering' | 'closed';
/** The part of the front that a connection needs. */
export interface ConnectionFront {
  readonly host: FrontHost;
  readonly isClosing: boolean;
}

/**
 * One client's connection: reads requests, one at a time, and has each answered exactly once.
 *
 * What arrives while a request is served waits, the first piece in memory and the rest with the client.
 */
export class ClientConnection implements BodySource, ResponseHost {
  readonly socket: Duplex;
  readonly #front: ConnectionFront;
  readonly #info: ConnectionInfo;
  readonly #onClosed: () => void;
  /** The server that the address chooses on the plan of the moment, and its settings, until a request names its host. */
  #addressSettings: FrontSettings;
  #addressServer: ServerRecord;
  readonly #limit: TimeLimit;
  #parser: RequestHeadParser | undefined;
  #stage: Stage = 'head';
  #queuedBytes = 0;

  #ahead: Buffer[] = [];
  #isReading = true;
  #hasPeerEnded = false;
  #isPumping = false;

  #settings: FrontSettings;
  #body: ConnectionBody | undefined;
  #response: ClientResponse | undefined;
  #request: RequestRecord | undefined;
  #awaitsContinue = false;
  #droppedBytes = 0;
  #isAnswered = false;
  /** The head was refused: what follows it may not be what it seems. */
  #isRefused = false;
  #isKept = false;

  /** @param socket not to be used any more, but for `this.socket` */
  constructor(front: ConnectionFront, socket: Duplex, info: ConnectionInfo, onClosed: () => void) {
    this.#front = front;
    this.#info = info;
    this.#onClosed = onClosed;
    this.#addressServer = front.host.serverFor(info);
    this.#addressSettings = this.#settings = front.host.settings(this.#addressServer);
    this.#limit = new TimeLimit(firstLimitMs(this.#settings.readTimeouts.header, this.#settings), () => {
      this.#onTimer();
    });
    this.socket = clientStream(socket, (buffer, bytes) => this.#read(buffer, bytes))
      .on('end', () => this.#onPeerEnd())
      .on('drain', () => this.#onDrain())
      .on('error', ignore)
      .on('close', () => this.#onClose());
  }

  /** Waits for a request, and nothing of one has come. */
  get isIdle(): boolean {
    return this.#stage === 'head' && this.#parser?.hasBegun !== true;
  }

  /** A request is served on it, or an answer is on its way. */
  get isBusy(): boolean {
    return this.#stage !== 'head';
  }

  get defaults(): ResponseDefaults {
    return this.#front.host;
  }

  closeWhenIdle(): void {
    if (this.isIdle) this.#linger();
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** Bytes of the client, in a buffer that is lent for this call. Most are a whole head, and need no copy. */
  #read(buffer: Buffer, bytes: number): void {
    if (this.#stage !== 'head') {
      this.receive(ownedRead(buffer, bytes));
      return;
    }
    this.#readHead(buffer, bytes);
    this.#pump();
  }

  /** Bytes of the client, its own memory. */
  receive(chunk: Buffer): void {
    switch (this.#stage) {
      case 'head':
        this.#ahead.push(chunk);
        this.#pump();
        break;
      case 'ready':
        this.#ahead.push(chunk);
        this.#setReading(false);
        break;
      case 'exchange':
        this.#receiveInExchange(chunk);
        break;
      case 'lingering':
        this.#droppedBytes += chunk.length;
        if (!this.#limit.linger()) this.socket.destroy();
        break;
      case 'closed':
        break;
    }
  }

  #receiveInExchange(chunk: Buffer): void {
    const body = this.#body!;
    let at = 0;
    if (!body.isFinished) {
      const isDropped = this.#isAnswered;
      at = body.feed(chunk, 0);
      this.#request!.wireBytesIn += at;
      if (isDropped) this.#droppedBytes += at;
      if (this.#limit.kind === 'body') {
        this.#limit.extend(at, this.#settings.readTimeouts.body, this.#settings.timeoutMs);
      }
    }
    if (at < chunk.length && this.#isInExchange()) {
      if (body.failure) return;
      this.#ahead.push(at === 0 ? chunk : chunk.subarray(at));
      this.#setReading(false);
    } else if (at < chunk.length) this.receive(chunk.subarray(at));
    if (this.#droppedBytes > MAX_DROPPED_BYTES && this.#stage === 'exchange') this.#linger();
  }

  /** Apart, since what a call in between did to the stage is not seen by the compiler. */
  #isInExchange(): boolean {
    return this.#stage === 'exchange';
  }

  /** Reads heads from what is here, and serves them one after the other. */
  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    while (this.#stage === 'head' && this.#ahead.length > 0) {
      const chunk = this.#ahead.shift()!;
      this.#readHead(chunk, chunk.length);
    }
    if (this.#stage === 'head') {
      if (this.#hasPeerEnded) this.#endOfRequests();
      else this.#setReading(true);
    }
    this.#isPumping = false;
  }

  /** Reads on in a head; what is behind its end is kept in memory of its own. */
  #readHead(buffer: Buffer, bytes: number): void {
    const parser = this.#parserForNext();
    const hadBegun = parser.hasBegun;
    const end = parser.feed(buffer.toString('latin1', 0, bytes), 0);
    if (parser.result) {
      if (end < bytes) this.#ahead.unshift(ownedRead(buffer, bytes).subarray(end));
      this.#stage = 'ready';
      atTurnEnd('serve', () => this.#serveReady());
    } else if (parser.hasBegun) this.#awaitHead(hadBegun, bytes);
  }

  /** Serves the head that was read in this turn, unless the connection was lost since. */
  #serveReady(): void {
    if (this.#stage !== 'ready') return;
    const parser = this.#parser!;
    this.#isPumping = true;
    this.#serve(parser.result!, parser.byteCount);
    this.#isPumping = false;
    this.#pump();
  }

  /** The parser; for a head that has not begun, with the limits of the plan of the moment. */
  #parserForNext(): RequestHeadParser {
    if (this.#parser?.hasBegun) return this.#parser;
    const { host } = this.#front;
    const server = host.serverFor(this.#info);
    if (server !== this.#addressServer) {
      this.#addressServer = server;
      this.#addressSettings = host.settings(server);
      this.#parser = undefined;
    }
    return (this.#parser ??= new RequestHeadParser(
      this.#addressSettings,
      this.#info.isTls ? 'https' : 'http',
    ));
  }

  /** Part of a head is here: the rest has its time. */
  #awaitHead(hadBegun: boolean, bytes: number): void {
    const { readTimeouts, timeoutMs } = this.#addressSettings;
    const limit = this.#limit;
    if (hadBegun || limit.kind === 'first') limit.rename('header');
    else limit.start('header', firstLimitMs(readTimeouts.header, this.#addressSettings));
    limit.extend(bytes, readTimeouts.header, timeoutMs);
  }

  #serve({ head, framing, failure }: ParsedHead, byteCount: number): void {
    this.#parser?.reset();
    this.#limit.stop();
    const { host } = this.#front;
    this.#isRefused = failure !== undefined && !WELL_FRAMED.has(failure.status);
    const named = this.#isRefused ? this.#addressServer : this.#namedServer(head);
    const server = named ?? this.#addressServer;
    const settings = host.settings(server);
    const hasBody = framing.isChunked || framing.contentLength !== undefined;
    const body = hasBody ? new ClientBody(framing, settings, this) : NO_BODY;
    const response = new ClientResponse(this);
    const req = new RequestRecord(head, this.#info, server, body, response);
    req.requestTimeMs = Date.now();
    req.wireBytesIn = byteCount;
    response.attach(req);

    this.#stage = 'exchange';
    this.#settings = settings;
    this.#body = body;
    this.#response = response;
    this.#request = req;
    this.#awaitsContinue = head.protocolNumber >= 1001 && head.headersIn.hasLower('expect');
    this.#droppedBytes = 0;
    this.#isAnswered = false;
    this.#isKept = false;
    this.#takeAheadAsBody(req, body);

    if (failure?.status === 405) addAllowedMethods(req, 'GET', 'OPTIONS', 'POST');
    const refusal = failure ?? (named === undefined ? UNKNOWN_HOST : undefined);
    if (refusal) {
      logRequest(req, 'info', 'core', refusal.number, refusal.message);
      if (refusal.notes !== '') req.notes.set('error-notes', refusal.notes);
      if (head.protocolNumber < 1000) {
        // Refusals have a head even so.
        req.assbackwards = false;
        req.headerOnly = head.method === 'HEAD';
      }
      this.#run(req, refusal.status);
    } else this.#run(req, undefined);
  }

  /** Feeds the body what came together with the head. */
  #takeAheadAsBody(req: RequestRecord, body: ConnectionBody): void {
    while (this.#ahead.length > 0 && !body.isFinished) {
      const chunk = this.#ahead.shift()!;
      const end = body.feed(chunk, 0);
      req.wireBytesIn += end;
      if (end < chunk.length) this.#ahead.unshift(chunk.subarray(end));
    }
    if (this.#ahead.length > 0) this.#setReading(false);
    if (this.#hasPeerEnded && !body.isFinished) body.fail(CUT);
  }

  /** The virtual host that a whole head is for; undefined: there is none of that name. */
  #namedServer(head: RequestHead): ServerRecord | undefined {
    const { host } = this.#front;
    return head.hostname === undefined
      ? host.serverFor(this.#info, targetPath(head.unparsedUri))
      : host.serverForHost(this.#info, head.hostname, head.hostPort);
  }

  #run(req: RequestRecord, refusedWith: number | undefined): void {
    const { host } = this.#front;
    try {
      const running = refusedWith === undefined ? host.onRequest(req) : host.onRefused(req, refusedWith);
      if (running instanceof Promise) running.catch((fault: unknown) => this.#onFault(req, fault));
    } catch (fault) {
      this.#onFault(req, fault);
    }
  }

  #onFault(req: RequestRecord, fault: unknown): void {
    logRequest(
      req,
      'crit',
      'core',
      '',
      `internal fault: ${fault instanceof Error ? (fault.stack ?? '') : String(fault)}`,
    );
    this.#responseOf(req)?.abort();
  }

  #responseOf(req: RequestRecord): ClientResponse | undefined {
    return this.#request === req ? this.#response : undefined;
  }

  // What the body asks.

  setReading(isWanted: boolean): void {
    if (this.#stage !== 'exchange') return;
    const isHeldBack = this.#ahead.length > 0;
    this.#setReading(isWanted && !isHeldBack);
    const body = this.#body!;
    if (!isWanted || body.isFinished || !body.isWanted) {
      if (this.#limit.kind === 'body') this.#limit.stop();
    } else if (this.#limit.kind !== 'body') {
      this.#limit.start('body', firstLimitMs(this.#settings.readTimeouts.body, this.#settings));
    }
  }

  sendContinue(): void {
    if (!this.#awaitsContinue || this.#response!.isHeadSent) return;
    this.#awaitsContinue = false;
    this.socket.write(CONTINUE, 'latin1');
  }

  onBodyEnd(): void {
    if (this.#limit.kind === 'body') this.#limit.stop();
    if (this.#isAnswered) this.#finishExchange();
  }

  // What the response asks.

  connectionState(): ConnectionState {
    const body = this.#body!;
    const missing = body.isFinished ? 0 : (body.missingBytes ?? 0);
    const isExpecting = this.#awaitsContinue && !(body.isAnnounced && body.isFinished);
    const mayKeepAlive =
      !this.#isRefused && !isExpecting && body.failure === undefined && missing <= MAX_DROPPED_BYTES;
    const { isClosing } = this.#front;
    return { settings: this.#settings, mayKeepAlive, isClosing, keptAlive: this.#info.keptAlive };
  }

  onHead(isKept: boolean): void {
    this.#isKept = isKept;
  }

  onBlocked(): void {
    if (this.#limit.kind === 'write' || this.#limit.kind === 'body') return;
    this.#queuedBytes = queuedBytes(this.socket);
    this.#limit.start('write', this.#settings.timeoutMs);
  }

  onResponseEnd(ending: 'kept' | 'closed' | 'cut' | 'reset'): void {
    this.#isAnswered = true;
    if (this.socket.destroyed) return;
    const { maxKeepAliveRequests } = this.#settings;
    // The request after the last that might have kept the connection counts as one more.
    if (ending === 'closed' && maxKeepAliveRequests > 0 && this.#info.keptAlive === maxKeepAliveRequests)
      this.#info.keptAlive++;
    if (ending === 'reset') this.#reset();
    else if (ending !== 'kept') this.#linger();
    else {
      this.#info.keptAlive++;
      if (this.#body!.isFinished) this.#finishExchange();
      else this.#body!.discard();
    }
  }

  /** Request and response are through: on to the next. */
  #finishExchange(): void {
    if (this.#stage !== 'exchange') return;
    const body = this.#body!;
    if (!this.#isKept || body.failure) {
      this.#linger();
      return;
    }
    this.#forgetExchange();
    this.#stage = 'head';
    if (this.#front.isClosing) {
      this.#linger();
      return;
    }
    if (this.#ahead.length === 0 && !this.#hasPeerEnded) this.#setReading(true);
    this.#limit.start('idle', this.#settings.keepAliveTimeoutMs);
    if (this.#ahead.length > 0 || this.#hasPeerEnded) this.#pump();
  }

  #forgetExchange(): void {
    this.#body = undefined;
    this.#response = undefined;
    this.#request = undefined;
  }

  // What happens to the socket.

  #onPeerEnd(): void {
    this.#hasPeerEnded = true;
    switch (this.#stage) {
      case 'head':
        this.#endOfRequests();
        break;
      case 'ready':
        break;
      case 'exchange':
        if (!this.#body!.isFinished && this.#ahead.length === 0) this.#body!.fail(CUT);
        break;
      case 'lingering':
        this.socket.destroy();
        break;
      case 'closed':
        break;
    }
  }

  /** Nothing more will come: half a head is refused, else the connection is done. */
  #endOfRequests(): void {
    const parser = this.#parser;
    parser?.finish();
    if (parser?.result) this.#serve(parser.result, parser.byteCount);
    else this.#linger();
  }

  #onDrain(): void {
    if (this.#limit.kind === 'write') this.#limit.stop();
    this.#response?.drained();
  }

  #onClose(): void {
    if (this.#stage === 'closed') return;
    this.#stage = 'closed';
    this.#limit.stop();
    this.#ahead = [];
    const body = this.#body;
    const response = this.#response;
    this.#forgetExchange();
    body?.fail({ status: 400, message: 'the client closed the connection', isGone: true });
    response?.gone();
    this.#onClosed();
  }

  /** Ends our side and drops what the client still sends, so that it reads our answer before it learns of the end. */
  #linger(): void {
    if (this.#stage === 'lingering' || this.#stage === 'closed') return;
    const body = this.#body;
    this.#stage = 'lingering';
    this.#ahead = [];
    if (body && !body.isFinished) body.discard();
    this.#forgetExchange();
    this.#parser = undefined;
    this.socket.end();
    this.#setReading(true);
    this.#limit.linger();
    if (this.#hasPeerEnded) this.socket.once('finish', () => this.socket.destroy());
  }

  /** Cuts the connection so that the client can't take what it has for the whole. */
  #reset(): void {
    this.#forgetExchange();
    this.#stage = 'lingering';
    const { socket } = this;
    const cut = (): void => {
      resetStream(socket);
    };
    if (socket.writableLength === 0) cut();
    else {
      socket.write('', cut);
      this.#limit.linger();
    }
  }

  #setReading(isWanted: boolean): void {
    if (this.#isReading === isWanted) return;
    this.#isReading = isWanted;
    if (isWanted) this.socket.resume();
    else this.socket.pause();
  }

  // Time limits.

  #onTimer(): void {
    switch (this.#limit.kind) {
      case 'first':
      case 'idle':
        if (this.#stage === 'head') this.#linger();
        break;
      case 'header':
        this.#onHeaderTimeout();
        break;
      case 'body':
        this.#body?.fail({ status: 408, message: 'the request body came too slowly', isGone: false });
        break;
      case 'write':
        this.#onWriteTimeout();
        break;
      case 'linger':
        this.socket.destroy();
        break;
    }
  }

  #onHeaderTimeout(): void {
    if (this.#stage !== 'head') return;
    const parser = this.#parser;
    parser?.timeOut();
    if (parser?.result) this.#serve(parser.result, parser.byteCount);
    else this.#linger();
  }

  /** A client that took part of what waits is slow, not gone. */
  #onWriteTimeout(): void {
    const queued = queuedBytes(this.socket);
    if (queued === 0 || queued === this.#queuedBytes) this.socket.destroy();
    else {
      this.#queuedBytes = queued;
      this.#limit.refresh(this.#settings.timeoutMs);
    }
  }
}

const CUT = {
  status: 400,
  message: 'the request ended before its body did',
  isGone: false,
  isCut: true,
} as const;

/** Bytes that the kernel has not taken yet; where the stream does not say, those that the stream holds. */
function queuedBytes(socket: Duplex): number {
  const handle = (socket as { _handle?: { writeQueueSize?: number } | null })._handle;
  return handle?.writeQueueSize ?? socket.writableLength;
}

/** Destroys a TCP socket with a reset; `resetAndDestroy` would send an orderly end first, which is what a whole body has. */
function resetStream(socket: Duplex): void {
  const tcp = socket as { _handle?: { reset?: unknown } | null; resetAndClosing?: boolean };
  if (typeof tcp._handle?.reset === 'function') tcp.resetAndClosing = true;
  socket.destroy();
}

function ignore(): void {
  // An error is followed by `close`, which is what counts.
}
