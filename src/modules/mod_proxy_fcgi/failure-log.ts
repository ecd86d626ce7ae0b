import type { BackendError } from '../../fastcgi/errors.ts';
import { logRequest } from '../../pipeline/log.ts';
import type { RequestRecord } from '../../pipeline/request.ts';

/** `:8080` for a port that is not the scheme's own: how httpd's log lines name the place. */
export function portText(req: RequestRecord): string {
  const port = req.server.gateway.services.serverPort(req);
  return port === (req.connection.isTls ? 443 : 80) ? '' : `:${port}`;
}

/** The log lines of a failed exchange under httpd's numbers. */
export function logBackendError(req: RequestRecord, error: BackendError): void {
  const { number, message, cause } = error.log;
  switch (error.code) {
    case 'HGW_BACKEND_CONNECT':
    case 'HGW_BACKEND_CONNECT_TIMEOUT':
      logRequest(req, 'error', 'proxy', number, message, cause);
      logRequest(
        req,
        'error',
        'proxy_fcgi',
        'AH01079',
        `failed to make connection to backend: ${hostOf(req)}`,
      );
      return;
    case 'HGW_BACKEND_NAME':
    case 'HGW_BACKEND_ACQUIRE_TIMEOUT':
    case 'HGW_BACKEND_QUEUE_FULL':
    case 'HGW_BACKEND_SHUT':
      logRequest(req, 'error', 'proxy', number, message, cause);
      return;
    case 'HGW_BACKEND_WRITE':
      logRequest(
        req,
        'error',
        'proxy_fcgi',
        number,
        `Failed writing Environment to ${portText(req)}:`,
        cause,
      );
      return;
    case 'HGW_BACKEND_TIMEOUT':
      logRequest(
        req,
        'error',
        'proxy_fcgi',
        number,
        `Error dispatching request to ${portText(req)}: (polling)`,
        cause,
      );
      return;
    case 'HGW_REQUEST_BODY':
      logRequest(
        req,
        'error',
        'proxy_fcgi',
        number,
        `Error dispatching request to ${portText(req)}: (reading input brigade)`,
        cause,
      );
      return;
    case 'HGW_BACKEND_CLOSED':
    case 'HGW_BACKEND_BAD_VERSION':
    case 'HGW_BACKEND_BAD_REQUEST_ID':
    case 'HGW_BACKEND_OVERLOADED':
    case 'HGW_BACKEND_REFUSED':
      logRequest(req, 'error', 'proxy_fcgi', number, message, cause);
      logRequest(
        req,
        'error',
        'proxy_fcgi',
        'AH01075',
        `Error dispatching request to ${portText(req)}: `,
        cause,
      );
  }
}

function hostOf(req: RequestRecord): string {
  return /^proxy:fcgi:\/\/(\[[^\]]*\]|[^:/]*)/.exec(req.filename ?? '')?.[1] ?? '';
}
