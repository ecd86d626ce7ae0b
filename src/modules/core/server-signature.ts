import { signature } from '../../pipeline/error-page.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { coreDir } from './access.ts';

/** The line that names the server below what it made itself, as `ServerSignature` says; '' for none. */
export function serverSignature(req: RequestRecord, prefix: string): string {
  const mode = coreDir(req).serverSignature ?? 'off';
  if (mode === 'off') return '';
  const { services } = req.server.gateway;
  return signature(prefix, {
    adminAddress: services.serverAdmin(req.server),
    signature: mode,
    serverVersion: services.serverSoftware(req.server),
    serverName: services.serverName(req),
    serverPort: services.serverPort(req),
    mayTrace: true,
  });
}
