import type { Worker } from '../../backend/worker.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import type { HookResult } from '../../pipeline/status.ts';
import type { NetLocation } from './url.ts';

/**
 * A request on its way to the workers that shall answer it, one attempt after another. `req.filename` is its canonical
 * `proxy:` URL.
 */
export interface SchemeCall {
  readonly req: RequestRecord;
  /** Of the present attempt. */
  readonly worker: Worker;
  /** ProxyTimeout, else Timeout. */
  readonly defaultTimeoutMs: number;
  /** ProxyErrorOverride: whether a page of ours takes the place of an answer with this status. */
  readonly overrides: (status: number) => boolean;
  /** What the scheme keeps from one attempt to the next. */
  body: unknown;
  wasRetried: boolean;
  /** No connection could be made. */
  connectFailed(): void;
  /**
   * The attempt is over; may be called before `handle` returns.
   *
   * @param status      what the client gets, or would get
   * @param mayFailOver nothing was sent to the client, and the request may be given to another member
   */
  attempted(result: HookResult, status: number, mayFailOver: boolean): void;
}

/** How requests of one URL scheme are served. */
export interface SchemeHandler {
  /** Its httpd module, which must be loaded. */
  readonly module: string;
  readonly scheme: string;
  /** Gives `req.filename` its final form; DECLINED for another scheme. */
  canonicalise(req: RequestRecord, url: string): HookResult;
  /** `proxy:scheme://host:port` of a place, canonical. */
  origin(place: NetLocation): string;
  /** Gives `req.filename` the form of an origin and a path that is forwarded as it is. @param path with its slash */
  forwardRaw(req: RequestRecord, origin: string, path: string): HookResult;
  /** Makes one attempt. @returns a promise where it has to wait first, which rejects with a fault of ours */
  handle(call: SchemeCall): Promise<void> | undefined;
  /** The request is over: lets go of what the call holds. */
  release(call: SchemeCall): void;
}
