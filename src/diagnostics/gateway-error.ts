/**
 * A failure while serving that an administrator or a caller may test for by `code`.
 * `status` is httpd's answer to it.
 */
export class GatewayError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.status = status;
  }
}
