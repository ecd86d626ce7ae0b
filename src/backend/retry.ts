import type { BackendError } from '../fastcgi/errors.ts';

/** What the retry rule must know of the request. */
export interface RetryQuestion {
  readonly method: string;
  readonly error: BackendError;
  /** The body is empty or can be sent again from its first byte. */
  readonly isBodyReplayable: boolean;
  /** The request was sent again already. */
  readonly wasRetried: boolean;
  /** Milliseconds of the request's time budget (Timeout) that are left. */
  readonly leftMs: number;
}

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * True when a request may be sent again, once, on a fresh connection: no application can have begun to work on it, or
 * it was a safe one that met a kept connection just as that was closed. A timeout is never retried.
 *
 * A balancer's fail-over after a failed connect is not counted by `wasRetried`: nothing was sent.
 */
export function mayRetry(question: RetryQuestion): boolean {
  const { error } = question;
  if (question.wasRetried || !question.isBodyReplayable || question.leftMs <= 0) return false;
  switch (error.code) {
    case 'HGW_BACKEND_CONNECT':
    case 'HGW_BACKEND_OVERLOADED':
      return true;
    case 'HGW_BACKEND_WRITE':
    case 'HGW_BACKEND_CLOSED': {
      if (error.evidence.hasAnswer) return false;
      if (!error.evidence.wasRequestSent) return true;
      return error.evidence.wasReused && SAFE_METHODS.has(question.method);
    }
    default:
      return false;
  }
}

/**
 * Keeps retries from multiplying the load on a backend that fails: at most a tenth of the requests of the present and
 * the last second, and never less than ten in a second.
 */
export class RetryBudget {
  #second = 0;
  #requests = 0;
  #lastRequests = 0;
  #retries = 0;

  countRequest(nowMs: number): void {
    this.#turn(nowMs);
    this.#requests += 1;
  }

  /** Takes one retry out of the budget; false: it is empty. */
  take(nowMs: number): boolean {
    this.#turn(nowMs);
    const allowed = Math.max(MIN_RETRIES, (this.#requests + this.#lastRequests) / 10);
    if (this.#retries >= allowed) return false;
    this.#retries += 1;
    return true;
  }

  #turn(nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    if (second === this.#second) return;
    this.#lastRequests = second === this.#second + 1 ? this.#requests : 0;
    this.#second = second;
    this.#requests = 0;
    this.#retries = 0;
  }
}

const MIN_RETRIES = 10;

/** The budget of this process. */
export const retryBudget = new RetryBudget();
