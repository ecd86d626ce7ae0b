import type { BackendError } from './errors.ts';
import type { StdinSource } from './stdin-source.ts';

/** One request for a FastCGI application. */
export interface FastCgiRequest {
  /** Name-value pairs, encoded by `params.ts`. */
  readonly params: string;
  readonly stdin: StdinSource;
}

/** How an application's requests are sent, all of them alike. */
export interface ExchangeTerms {
  /** Asks the application to keep the connection (KEEP_CONN). */
  readonly keepConnection: boolean;
  /** Longest time without progress in either direction. */
  readonly timeoutMs: number;
  /** Most content bytes of a STDIN record, at most 65535. */
  readonly ioBufferBytes: number;
}

/**
 * Who takes an answer. In order: any number of `stdout` and `stderr`, `stdoutEnd` once, then `end` or `fail`, once,
 * and nothing after it. `fail` may come after `stdoutEnd`: the answer was complete, the connection broke. None is
 * called before `run` has returned, nor after `abort`.
 */
export interface ExchangeListener {
  /** @param piece the listener's own, it is never written again; text is latin1 */
  stdout(piece: Buffer | string): void;
  /** @param text latin1 */
  stderr(text: string): void;
  /** No more output: the response can be ended, before END_REQUEST comes. */
  stdoutEnd(): void;
  /** A record type that an application does not send (AH01072); its content was skipped. */
  unknownRecord(type: number): void;
  /** END_REQUEST came. @param isReusable the connection may serve another request */
  end(isReusable: boolean): void;
  fail(error: BackendError): void;
}

/** The handle of a running exchange. */
export interface Exchange {
  /** FastCGI bytes so far, record headers included. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Stops reading the answer; a few pieces read already may still come. The time limit stands still. */
  pause(): void;
  resume(): void;
  /** Ends the exchange by closing its connection; the listener hears no more. */
  abort(): void;
}
