import { modAutoindex as catalogue } from '../../grammar/catalogue/mod_autoindex.ts';
import { addAllowedMethods } from '../pipeline/allowed-methods.ts';
import { logRequest } from '../pipeline/log.ts';
import { hook } from '../pipeline/phases.ts';
import type { RequestRecord } from '../pipeline/request.ts';
import { DECLINED, type HookResult } from '../pipeline/status.ts';
import type { DirectiveNode } from '../syntax/tree.ts';
import { allowOptions } from './core/access.ts';
import { OPT } from './core/options.ts';
import { DIRECTORY_TYPE } from './mod_dir.ts';
import { defineModule, type BindContext } from './module.ts';
import { never } from './unserved/checks.ts';
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

const INDEX_OPTIONS =
  /^[+-]?(?:fancyindexing|iconsarelinks|scanhtmltitles|suppress(?:icon|lastmodified|size|description|htmlpreamble|columnsorting|rules)|foldersfirst|htmltable|versionsort|trackmodified|xhtml|showforbidden|addaltclass|useolddateformat|ignorecase|ignoreclient|none)$|^[+-]?(?:iconheight|iconwidth|namewidth|descriptionwidth|charset|type)(?:=.*)?$/i;

function checkIndexOptions(ctx: BindContext, node: DirectiveNode): void {
  const bad = node.args.find(({ text }) => !INDEX_OPTIONS.test(text));
  if (bad) ctx.error(bad, 'Invalid directory indexing option');
}

function checkOrder(ctx: BindContext, node: DirectiveNode): void {
  const [direction, key] = node.args;
  if (!direction || !key) return;
  if (!/^(?:ascending|descending)$/i.test(direction.text)) {
    ctx.error(direction, "First keyword must be 'Ascending' or 'Descending'");
  } else if (!/^(?:name|date|size|description)$/i.test(key.text)) {
    ctx.error(key, "Second keyword must be 'Name', 'Date', 'Size', or 'Description'");
  }
}

/** `(ALT,url)` must be closed. */
function checkIcon(ctx: BindContext, node: DirectiveNode): void {
  const [icon] = node.args;
  if (icon?.text.startsWith('(') && !icon.text.includes(',')) ctx.error(icon, 'missing closing paren');
}

/** Directory listings, which are refused. */
export const modAutoindex = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    tunes('the directory listing'),
    {},
    {
      IndexOptions: checkIndexOptions,
      IndexOrderDefault: checkOrder,
      AddIcon: checkIcon,
      AddIconByType: checkIcon,
      AddIconByEncoding: checkIcon,
      FancyIndexing: never(
        'The FancyIndexing directive is no longer supported. Use IndexOptions FancyIndexing.',
      ),
    },
  ),
  hooks: [hook('handler', handleDirectory)],
});
