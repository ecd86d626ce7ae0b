import type { RequestRecord } from '../../pipeline/request.ts';
import type { HookResult } from '../../pipeline/status.ts';
import { DECLINED } from '../../pipeline/status.ts';

/**
 * The answer to a request for a CGI program, which is not run: what httpd answers before it would start it (403, 404),
 * else 500. It never lets the static handler have the file, which would send out the program's source.
 *
 * @source httpd mod_cgid.c `cgid_handler`, `is_scriptaliased`
 */
export function refuseProgram(req: RequestRecord): HookResult {
  if (req.handler !== 'cgi-script' && req.handler !== 'application/x-httpd-cgi') return DECLINED;
  const log = req.server.gateway.errorLog;
  if (req.finfo === undefined) {
    log.log('error', 'cgid', 'AH01264', `script not found or unable to stat: ${req.filename ?? ''}`, { req });
    return 404;
  }
  if (req.finfo.isDirectory()) {
    log.log('error', 'cgid', 'AH01263', `attempt to invoke directory as script: ${req.filename ?? ''}`, {
      req,
    });
    return 403;
  }
  log.log('error', 'cgid', '', `CGI programs are not run by this gateway: ${req.filename ?? ''}`, { req });
  return 500;
}
