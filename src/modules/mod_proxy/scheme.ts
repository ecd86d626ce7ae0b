import type { Worker } from '../../backend/worker.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import type { HookResult } from '../../pipeline/status.ts';
import type { NetLocation } from './url.ts';

/** What a scheme keeps from one attempt of a request to the next. */
export interface SchemeMemory {
  body?: unknown;
  wasRetried?: boolean;
}

/** One attempt: a request, and the worker that shall answer it. `req.filename` is its canonical `proxy:` URL. */
export interface SchemeCall {
  readonly req: RequestRecord;
  readonly worker: Worker;
  /** ProxyTimeout, else Timeout. */
  readonly defaultTimeoutMs: number;
  /** ProxyErrorOverride. */
  readonly overrides: (status: number) => boolean;
  readonly memory: SchemeMemory;
  /** To be called when no connection could be made. */
  readonly connectFailed?: () => void;
}

export interface SchemeAttempt {
  readonly result: HookResult;
  /** What the client gets, or would get. */
  readonly status: number;
  /** Nothing was sent to the client, and the request may be given to another member. */
  readonly mayFailOver: boolean;
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
  handle(call: SchemeCall): SchemeAttempt | Promise<SchemeAttempt>;
  /** The request is over: lets go of what the memory holds. */
  release(memory: SchemeMemory): void;
}
