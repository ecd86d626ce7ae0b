import { modAutoindex as catalogue } from '../../grammar/catalogue/mod_autoindex.ts';
import { addAllowedMethods } from '../pipeline/allowed-methods.ts';
import { logRequest } from '../pipeline/log.ts';
import { hook } from '../pipeline/phases.ts';
import type { RequestRecord } from '../pipeline/request.ts';
import { DECLINED, type HookResult } from '../pipeline/status.ts';
import { allowOptions } from './core/access.ts';
import { OPT } from './core/options.ts';
import { DIRECTORY_TYPE } from './mod_dir.ts';
import { defineModule } from './module.ts';
import { tunes, unserved } from './unserved/unserved.ts';

/** Refuses a directory without index. Listings are not made. @source httpd modules/generators/mod_autoindex.c */
function handleDirectory(req: RequestRecord): HookResult {
  if (req.handler !== DIRECTORY_TYPE) return DECLINED;
  addAllowedMethods(req, 'GET');
  if (req.method !== 'GET' && req.method !== 'HEAD') return DECLINED;
  const why =
    allowOptions(req) & OPT.Indexes
      ? 'this gateway makes no directory listings'
      : 'server-generated directory index forbidden by Options directive';
  const names = req.notes.get('dir-index-names') ?? 'none';
  const message = `Cannot serve directory ${req.filename ?? ''}: No matching DirectoryIndex (${names}) found, and ${why}`;
  logRequest(req, 'error', 'autoindex', 'AH01276', message);
  return 403;
}

/** Directory listings, which are refused. */
export const modAutoindex = defineModule(catalogue, {
  directives: unserved(catalogue, tunes('the directory listing')),
  hooks: [hook('handler', handleDirectory)],
});
