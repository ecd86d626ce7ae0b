import type { RequestRecord } from './request.ts';
import { OK, type HttpStatus } from './status.ts';

/**
 * Reads a body that its handler has no use for.
 *
 * @param limitBytes `LimitRequestBody`; 0: no limit
 * @returns OK when it was read to its end, else the answer to its fault: 400, 408 or 413
 * @source httpd modules/http/http_filters.c `ap_discard_request_body`
 */
export function discardBody(req: RequestRecord, limitBytes: number): HttpStatus | Promise<HttpStatus> {
  const { body } = req;
  if (!body.isAnnounced) return OK;
  let outcome: HttpStatus | undefined;
  let settle: ((status: HttpStatus) => void) | undefined;
  const finish = (status: HttpStatus): void => {
    outcome = status;
    settle?.(status);
  };
  body.start(
    {
      data: () => undefined,
      end: () => {
        finish(OK);
      },
      fail: (failure) => {
        finish(failure.status);
      },
    },
    limitBytes,
  );
  return outcome ?? new Promise((resolve) => (settle = resolve));
}
