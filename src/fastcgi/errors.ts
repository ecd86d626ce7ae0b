import { GatewayError } from '../diagnostics/gateway-error.ts';
import type { BodyFailure } from '../pipeline/exchange.ts';
import { showSystemError } from '../source/system-error.ts';

/** What is known about a failed exchange; the retry rule asks for nothing else. */
export interface ExchangeEvidence {
  /** The connection had served a request before. */
  readonly wasReused: boolean;
  /** The end of PARAMS was handed to the kernel, so that the application may have started. */
  readonly wasRequestSent: boolean;
  /** A byte of an answer came: STDOUT, STDERR or END_REQUEST. */
  readonly hasAnswer: boolean;
}

export const NOTHING_SENT: ExchangeEvidence = { wasReused: false, wasRequestSent: false, hasAnswer: false };

/** httpd's log line for a failure: number, wording of ours, errno text. */
export interface FailureLog {
  /** `AH01067`, or '' where httpd has no number. */
  readonly number: string;
  readonly message: string;
  /** `(111)Connection refused`, for `LogContext.cause`. */
  readonly cause?: string;
}

/**
 * A failure of one exchange with a backend.
 *
 * | code | status | when |
 * | --- | --- | --- |
 * | `HGW_BACKEND_NAME` | 500 | the host name does not resolve |
 * | `HGW_BACKEND_CONNECT` | 503 | every address refused |
 * | `HGW_BACKEND_CONNECT_TIMEOUT` | 503 | not connected within the connect time limit |
 * | `HGW_BACKEND_ACQUIRE_TIMEOUT` | 503 | no slot within `acquire` |
 * | `HGW_BACKEND_QUEUE_FULL` | 503 | too many requests wait already |
 * | `HGW_BACKEND_SHUT` | 503 | the pool was destroyed |
 * | `HGW_BACKEND_WRITE` | 503 | the request could not be written |
 * | `HGW_BACKEND_CLOSED` | 503 | the backend closed before END_REQUEST |
 * | `HGW_BACKEND_TIMEOUT` | 504 | no progress for the time limit |
 * | `HGW_BACKEND_BAD_VERSION` | 503 | a record is not version 1 |
 * | `HGW_BACKEND_BAD_REQUEST_ID` | 503 | a record belongs to another request |
 * | `HGW_BACKEND_OVERLOADED` | 503 | END_REQUEST said OVERLOADED, without output |
 * | `HGW_BACKEND_REFUSED` | 502 | END_REQUEST said CANT_MPX_CONN or UNKNOWN_ROLE, without output |
 */
export class BackendError extends GatewayError {
  readonly evidence: ExchangeEvidence;
  readonly log: FailureLog;

  constructor(
    code: BackendErrorCode,
    status: number,
    log: FailureLog,
    evidence: ExchangeEvidence = NOTHING_SENT,
    cause?: unknown,
  ) {
    super(code, status, log.message, cause);
    this.log = log;
    this.evidence = evidence;
  }
}

export type BackendErrorCode =
  | 'HGW_BACKEND_NAME'
  | 'HGW_BACKEND_CONNECT'
  | 'HGW_BACKEND_CONNECT_TIMEOUT'
  | 'HGW_BACKEND_ACQUIRE_TIMEOUT'
  | 'HGW_BACKEND_QUEUE_FULL'
  | 'HGW_BACKEND_SHUT'
  | 'HGW_BACKEND_WRITE'
  | 'HGW_BACKEND_CLOSED'
  | 'HGW_BACKEND_TIMEOUT'
  | 'HGW_BACKEND_BAD_VERSION'
  | 'HGW_BACKEND_BAD_REQUEST_ID'
  | 'HGW_BACKEND_OVERLOADED'
  | 'HGW_BACKEND_REFUSED'
  | 'HGW_REQUEST_BODY';

export class BackendNameError extends BackendError {
  constructor(host: string, cause: unknown) {
    super(
      'HGW_BACKEND_NAME',
      500,
      { number: 'AH00898', message: `DNS lookup failure for: ${host}` },
      NOTHING_SENT,
      cause,
    );
  }
}

export class BackendConnectError extends BackendError {
  constructor(log: FailureLog, cause: unknown) {
    super('HGW_BACKEND_CONNECT', 503, log, NOTHING_SENT, cause);
  }
}

export class BackendConnectTimeoutError extends BackendError {
  constructor(log: FailureLog) {
    super('HGW_BACKEND_CONNECT_TIMEOUT', 503, log);
  }
}

export class BackendAcquireTimeoutError extends BackendError {
  constructor(name: string) {
    super('HGW_BACKEND_ACQUIRE_TIMEOUT', 503, {
      number: 'AH00941',
      message: `FCGI: failed to acquire connection for (${name})`,
    });
  }
}

export class BackendQueueFullError extends BackendError {
  constructor(name: string) {
    super('HGW_BACKEND_QUEUE_FULL', 503, {
      number: 'AH00941',
      message: `FCGI: failed to acquire connection for (${name}): too many requests wait`,
    });
  }
}

export class BackendShutError extends BackendError {
  constructor(name: string) {
    super('HGW_BACKEND_SHUT', 503, { number: 'AH00940', message: `FCGI: disabled connection for (${name})` });
  }
}

export class BackendWriteError extends BackendError {
  constructor(evidence: ExchangeEvidence, cause: unknown) {
    super(
      'HGW_BACKEND_WRITE',
      503,
      { number: 'AH01074', message: 'Failed writing Environment to the backend', ...errnoOf(cause) },
      evidence,
      cause,
    );
  }
}

export class BackendClosedError extends BackendError {
  constructor(evidence: ExchangeEvidence, cause?: unknown) {
    super(
      'HGW_BACKEND_CLOSED',
      503,
      { number: 'AH01067', message: 'Failed to read FastCGI header', ...errnoOf(cause) },
      evidence,
      cause,
    );
  }
}

export class BackendTimeoutError extends BackendError {
  constructor(evidence: ExchangeEvidence) {
    super(
      'HGW_BACKEND_TIMEOUT',
      504,
      {
        number: 'AH01075',
        message: 'Error dispatching request to the backend (polling)',
        cause: '(70007)The timeout specified has expired',
      },
      evidence,
    );
  }
}

export class BackendVersionError extends BackendError {
  constructor(version: number, evidence: ExchangeEvidence) {
    super(
      'HGW_BACKEND_BAD_VERSION',
      503,
      { number: 'AH01068', message: `Got bogus version ${version}` },
      evidence,
    );
  }
}

export class BackendRequestIdError extends BackendError {
  constructor(requestId: number, evidence: ExchangeEvidence) {
    super(
      'HGW_BACKEND_BAD_REQUEST_ID',
      503,
      { number: 'AH01069', message: `Got bogus rid ${requestId}, expected 1` },
      evidence,
    );
  }
}

/** END_REQUEST with a protocolStatus other than REQUEST_COMPLETE, and no output. */
export class BackendRefusedError extends BackendError {
  constructor(protocolStatus: number, evidence: ExchangeEvidence) {
    const isOverloaded = protocolStatus === OVERLOADED;
    super(
      isOverloaded ? 'HGW_BACKEND_OVERLOADED' : 'HGW_BACKEND_REFUSED',
      isOverloaded ? 503 : 502,
      { number: '', message: `The backend refused the request: ${protocolStatusName(protocolStatus)}` },
      evidence,
    );
  }
}

/** The client's body broke while it was passed on; `status` is 400, 408 or 413. */
export class RequestBodyError extends BackendError {
  readonly failure: BodyFailure;

  constructor(failure: BodyFailure, evidence: ExchangeEvidence) {
    super(
      'HGW_REQUEST_BODY',
      failure.status,
      {
        number: 'AH01075',
        message: 'Error dispatching request to the backend (reading input brigade)',
        cause: failure.message,
      },
      evidence,
    );
    this.failure = failure;
  }
}

const OVERLOADED = 2;

function protocolStatusName(status: number): string {
  const names = ['REQUEST_COMPLETE', 'CANT_MPX_CONN', 'OVERLOADED', 'UNKNOWN_ROLE'];
  return names[status] ?? `protocolStatus ${status}`;
}

/** `{ cause: '(111)Connection refused' }` for a system error, else nothing. */
export function errnoOf(error: unknown): { readonly cause?: string } {
  const cause = showSystemError(error);
  return cause === undefined ? {} : { cause };
}
