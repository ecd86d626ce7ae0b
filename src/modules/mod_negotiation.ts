import { modNegotiation as catalogue } from '../../grammar/catalogue/mod_negotiation.ts';
import type { DirectiveNode } from '../syntax/tree.ts';
import { eachWord } from './arguments.ts';
import { defineModule, type BindContext } from './module.ts';
import { tunes, unserved } from './unserved/unserved.ts';

/** @source httpd modules/mappers/mod_negotiation.c `set_force_priority` */
function checkForcePriority(ctx: BindContext, node: DirectiveNode): void {
  const seen = new Set<string>();
  for (const word of eachWord(node)) {
    const option = word.text.toLowerCase();
    if (!['none', 'prefer', 'fallback'].includes(option)) {
      return ctx.error(word, `Invalid ForceLanguagePriority option ${word.text}`);
    }
    if (seen.has('none') && option !== 'none') {
      return ctx.error(word, `Cannot combine ForceLanguagePriority options None and ${word.text}`);
    }
    if (option === 'none' && (seen.has('prefer') || seen.has('fallback'))) {
      return ctx.error(word, 'Cannot combine ForceLanguagePriority options None with others');
    }
    seen.add(option);
  }
}

/** Content negotiation. */
export const modNegotiation = defineModule(catalogue, {
  directives: unserved(catalogue, tunes('negotiation'), {}, { ForceLanguagePriority: checkForcePriority }),
});
