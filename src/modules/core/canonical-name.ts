import type { RequestRecord } from '../../pipeline/request.ts';
import { defaultPort, requestScheme } from '../../pipeline/url.ts';
import { coreDir } from './access.ts';

/** Name of the server as URLs that point back at it say it. @source httpd server/core.c `ap_get_server_name` */
export function serverName(req: RequestRecord): string {
  const mode = coreDir(req).useCanonicalName ?? 'off';
  return mode === 'off' ? (req.hostname ?? req.server.hostname) : req.server.hostname;
}

/** Port of the server as URLs that point back at it say it. @source httpd server/core.c `ap_get_server_port` */
export function serverPort(req: RequestRecord): number {
  const config = coreDir(req);
  const standard = defaultPort(requestScheme(req));
  const physical = config.useCanonicalPhysicalPort === true ? req.connection.localPort : 0;
  const own = req.server.port;
  if ((config.useCanonicalName ?? 'off') === 'on') return own || physical || standard;
  return req.hostPort || physical || own || standard;
}
