import { modNegotiation as catalogue } from '../../../grammar/catalogue/mod_negotiation.ts';
import { hook } from '../../pipeline/phases.ts';
import type { RequestRecord } from '../../pipeline/request.ts';
import { DECLINED, type HookResult } from '../../pipeline/status.ts';
import type { DirectiveNode } from '../../syntax/tree.ts';
import { eachWord } from '../arguments.ts';
import { defineModule, type BindContext, type Module, type ServedDirective } from '../module.ts';
import { parseAccept } from './accept.ts';
import type { NegotiationDirConfig } from './config.ts';
import { handleMapFile } from './map-file.ts';
import { handleMultiviews } from './multiviews.ts';

/** @source httpd modules/mappers/mod_negotiation.c `set_force_priority` */
function bindForcePriority(ctx: BindContext, node: DirectiveNode): NegotiationDirConfig['force'] {
  const seen = new Set<string>();
  for (const word of eachWord(node)) {
    const option = word.text.toLowerCase();
    if (!['none', 'prefer', 'fallback'].includes(option)) {
      return ctx.error(word, `Invalid ForceLanguagePriority option ${word.text}`);
    }
    if (seen.has('none') && option !== 'none') {
      return ctx.error(word, `Cannot combine ForceLanguagePriority options None and ${word.text}`);
    }
    if (option === 'none' && seen.size > 0 && !seen.has('none')) {
      return ctx.error(word, 'Cannot combine ForceLanguagePriority options None and others');
    }
    seen.add(option);
  }
  return { prefer: seen.has('prefer'), fallback: seen.has('fallback') };
}

const languagePriority: ServedDirective<undefined, NegotiationDirConfig, readonly string[]> = {
  bind: (_ctx, node) => eachWord(node).map(({ text }) => text.toLowerCase()),
  apply: ({ dir }, languages) => {
    dir.priority = [...(dir.priority ?? []), ...languages];
  },
};

const forceLanguagePriority: ServedDirective<
  undefined,
  NegotiationDirConfig,
  NonNullable<NegotiationDirConfig['force']>
> = {
  bind: bindForcePriority,
  apply: ({ dir }, force) => {
    dir.force = force;
  },
};

/** An encoding goes out under the name that the client knows: `gzip` or `x-gzip`. @source `fix_encoding` */
function fixEncoding(req: RequestRecord): HookResult {
  const [encoding] = req.contentEncoding;
  if (encoding === undefined || req.contentEncoding.length > 1) return DECLINED;
  const plain = encoding.replace(/^x-/, '');
  const names = parseAccept(req.headersIn.get('accept-encoding'))?.items.map(({ name }) => name) ?? [];
  const known = [plain, `x-${plain}`].find((name) => names.includes(name));
  if (known !== undefined) req.contentEncoding = [known];
  return DECLINED;
}

/** Content negotiation by MultiViews and by type maps. */
export const modNegotiation: Module<undefined, NegotiationDirConfig> = defineModule(catalogue, {
  directives: {
    CacheNegotiatedDocs: { accepted: 'HTTP/1.0 caches keep what they like.' },
    LanguagePriority: languagePriority,
    ForceLanguagePriority: forceLanguagePriority,
  },
  createDirConfig: (): NegotiationDirConfig => ({}),
  mergeDirConfig: (base, add) => ({ ...base, ...add }),
  hooks: [
    hook('typeChecker', (req) => handleMultiviews(req, modNegotiation.dir(req)), { order: 'first' }),
    hook('fixups', fixEncoding),
    hook('handler', (req) => handleMapFile(req, modNegotiation.dir(req))),
  ],
});
