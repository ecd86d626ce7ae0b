import type { RequestRecord } from './request.ts';
import type { LogLevel } from './server.ts';

/** Writes an error-log line about a request. `number` is httpd's (`AH01276`), or ''. */
export function logRequest(
  req: RequestRecord,
  level: LogLevel,
  module: string,
  number: string,
  message: string,
  cause?: string,
): void {
  req.server.gateway.errorLog.log(
    level,
    module,
    number,
    message,
    cause === undefined ? { req } : { req, cause },
  );
}
