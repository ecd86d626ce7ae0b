import type { RequestRecord } from '../../pipeline/request.ts';
import type { ServerRecord } from '../../pipeline/server.ts';
import { serverVersion } from '../../pipeline/server-version.ts';
import type { CoreDirConfig, CoreServerConfig } from './config.ts';
import { coreModule } from './index.ts';
import { effectiveOptions } from './options.ts';

const NOTHING: CoreDirConfig = {};

/** core's merged per-directory config for a request. */
export function coreDir(req: RequestRecord): CoreDirConfig {
  return coreModule.dir(req) ?? NOTHING;
}

/** core's merged config of a server. */
export function coreServer(server: ServerRecord): CoreServerConfig {
  return coreModule.server(server);
}

/** `Options` in force, as bits of `OPT`. @source httpd `ap_allow_options` */
export function allowOptions(req: RequestRecord): number {
  return effectiveOptions(coreDir(req).options);
}

/** DocumentRoot without a trailing slash, or httpd's compiled-in one. */
export function documentRoot(server: ServerRecord): string {
  return coreServer(server).documentRoot ?? '/var/www/html';
}

export function serverAdmin(server: ServerRecord): string {
  return coreServer(server).serverAdmin ?? '[no address given]';
}

/** Seconds; `Timeout`. */
export function timeoutSeconds(server: ServerRecord): number {
  return coreServer(server).timeoutSeconds ?? 60;
}

/** `LimitRequestBody` in bytes; 0: no limit. */
export function limitRequestBody(req: RequestRecord): number {
  return coreDir(req).limitRequestBody ?? 1_073_741_824;
}

/** Value of the Server header and of SERVER_SOFTWARE; ServerTokens belongs to the main server. */
export function serverSoftware(server: ServerRecord): string {
  return serverVersion(coreServer(server.gateway.mainServer).serverTokens ?? 'Full');
}
