/** What a request's body can fail with; the status is httpd's answer to it. */
export interface BodyFailure {
  /** 400 malformed or cut, 408 too slow, 413 too large. */
  readonly status: 400 | 408 | 413;
  readonly message: string;
  /** The client's connection is gone: nobody will read an answer. */
  readonly isGone: boolean;
  /** What came was well formed, but it ended too early. */
  readonly isCut?: true;
  /** The content was whole; the fields behind it are broken. */
  readonly isInTrailers?: boolean;
}

/** Who takes a request's body. Called in order; nothing comes after `end` or `fail`. */
export interface BodyConsumer {
  data(chunk: Buffer): void;
  end(): void;
  fail(failure: BodyFailure): void;
}

/**
 * A request's body as it arrives from the client. It has one consumer; before `start` nothing is delivered, and
 * what has arrived waits. A front that has sent no `100 Continue` yet sends it when `start` finds bytes missing.
 */
export interface RequestBody {
  /** The client announced a body: a Content-Length (0 included) or chunked framing. */
  readonly isAnnounced: boolean;
  /** The announced length in bytes; undefined for chunked framing or no body. */
  readonly contentLength: number | undefined;
  readonly isChunked: boolean;
  /** All of the body is here already, held in memory; its size is `heldBytes`. */
  readonly isComplete: boolean;
  /** Decoded bytes that have arrived and were not delivered yet. */
  readonly heldBytes: number;
  /** Set when the part that arrived is known to be broken. */
  readonly failure: BodyFailure | undefined;
  /**
   * Delivers what is here at once, and the rest as it comes.
   * @param limitBytes fails with 413 when the body is longer; 0: no limit
   */
  start(consumer: BodyConsumer, limitBytes: number): void;
  /** No more `data` calls until `resume`; the client is held back. */
  pause(): void;
  resume(): void;
  /** Nobody wants the (rest of the) body: the front reads and drops it, or closes after the response. */
  discard(): void;
}

/**
 * Where a response's body goes: the front's connection, or an output filter before it. The head is taken from the
 * request record at the first `write`, `flush` or `end`.
 */
export interface ResponseSink {
  /**
   * @param chunk not to be changed by the caller afterwards; a string is latin1
   * @returns false: stop until `onDrain` is called (the chunk itself was taken)
   */
  write(chunk: Buffer | string): boolean;
  /** What was written so far goes out now rather than when it suits. */
  flush(): void;
  end(): void;
  /** Ends so that the client can tell that the body is incomplete. */
  abort(): void;
  /** The head left for the client: the status can't change any more. */
  readonly isHeadSent: boolean;
  /** The client is gone, or the response was ended or aborted. */
  readonly isClosed: boolean;
  onDrain: (() => void) | undefined;
  /** Called once when the client goes away before `end`. */
  onGone: (() => void) | undefined;
}

/** The client's connection, fixed for its life. Addresses are text without brackets or zone. */
export interface ConnectionInfo {
  readonly localAddress: string;
  readonly localPort: number;
  /** The peer; `RequestRecord.clientAddress` may differ behind mod_remoteip. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly isTls: boolean;
  /** Requests received on this connection before the present one. */
  keptAlive: number;
  /** Name found by reverse look-up; '' when there is none, undefined when nobody looked. */
  remoteHost: string | undefined;
  /** Somebody asked for the name, so that it is also told to applications. */
  isRemoteHostAsked?: boolean;
  /** That name leads back to the address. */
  isRemoteHostVerified?: boolean;
  /** A number unique in this process, for logs. */
  readonly id: number;
}
