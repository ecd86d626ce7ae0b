import { escapeHtml } from '../../pipeline/html.ts';
import type { RequestRecord } from '../../pipeline/request.ts';

/** Lets the error page say what went wrong. @source httpd modules/proxy/proxy_util.c `ap_proxyerror` */
export function tellProxyError(req: RequestRecord, status: number, message: string): void {
  const reason = escapeHtml(message);
  req.notes.set(
    'error-notes',
    `The proxy server could not handle the request<p>Reason: <strong>${reason}</strong></p>`,
  );
  req.notes.set('verbose-error-to', '*');
  req.statusLine = `${status} Proxy Error`;
}
