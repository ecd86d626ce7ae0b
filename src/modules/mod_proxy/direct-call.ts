import type { Worker } from '../../backend/worker.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import type { HookResult } from '../../pipeline/status.ts';
import type { SchemeCall, SchemeHandler } from './scheme.ts';

/** A request for a worker that belongs to no balancer: there is one attempt. */
export class DirectCall implements SchemeCall {
  readonly req: RequestRecord;
  readonly worker: Worker;
  readonly defaultTimeoutMs: number;
  readonly overrides: (status: number) => boolean;
  body: unknown = undefined;
  wasRetried = false;
  readonly #handler: SchemeHandler;
  #result: HookResult | undefined;
  #resolve: ((result: HookResult) => void) | undefined;

  constructor(
    req: RequestRecord,
    handler: SchemeHandler,
    worker: Worker,
    defaultTimeoutMs: number,
    overrides: (status: number) => boolean,
  ) {
    this.req = req;
    this.#handler = handler;
    this.worker = worker;
    this.defaultTimeoutMs = defaultTimeoutMs;
    this.overrides = overrides;
  }

  run(): HookResult | Promise<HookResult> {
    this.worker.elected += 1;
    this.worker.busy += 1;
    const waiting = this.#handler.handle(this);
    if (this.#result !== undefined) return this.#result;
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      waiting?.catch(reject);
    });
  }

  connectFailed(): void {
    // A worker without a balancer is never put aside.
  }

  attempted(result: HookResult): void {
    this.worker.busy -= 1;
    this.#handler.release(this);
    if (this.#resolve === undefined) this.#result = result;
    else this.#resolve(result);
  }
}
