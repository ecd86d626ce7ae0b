import { modCache as catalogue } from '../../../grammar/catalogue/mod_cache.ts';
import type { DirectiveNode } from '../../syntax/tree.ts';
import { firstArg, isForbidden } from '../core/bind-checks.ts';
import { type BindContext, defineModule } from '../module.ts';
import { matching, number } from './checks.ts';
import { tunes, unserved } from './unserved.ts';

/** @source httpd modules/cache/mod_cache.c `add_cache_enable` */
function checkCacheEnable(ctx: BindContext, node: DirectiveNode): void {
  if (isForbidden(ctx, node, ['directory', 'files', 'if'])) return;
  const [provider, url] = node.args;
  if (!provider) return;
  if (provider.text.startsWith('/')) {
    ctx.error(provider, `provider (${provider.text}) starts with a '/'.  Are url and provider switched?`);
  } else if (!url && ctx.path === undefined) {
    ctx.error(provider, `CacheEnable provider (${provider.text}) is missing an URL.`);
  } else if (url && ctx.path !== undefined && !url.text.startsWith(ctx.path)) {
    ctx.error(url, 'When in a Location, CacheEnable must specify a path or an URL below that location.');
  }
}

/** @source httpd modules/cache/mod_cache.c `add_cache_disable` */
function checkCacheDisable(ctx: BindContext, node: DirectiveNode): void {
  if (isForbidden(ctx, node, ['directory', 'files', 'if'])) return;
  const { text } = firstArg(node);
  if (ctx.path === undefined) {
    if (!/^\/|:/.test(text)) ctx.error(firstArg(node), 'CacheDisable must specify a path or an URL.');
  } else if (text.toLowerCase() !== 'on') {
    ctx.error(firstArg(node), "CacheDisable must be followed by the word 'on' when in a Location.");
  }
}

export const modCache = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    tunes('the cache'),
    {
      CacheEnable: { notServed: 'Nothing is cached: every request goes to its handler.' },
    },
    {
      CacheEnable: checkCacheEnable,
      CacheDisable: checkCacheDisable,
      CacheLastModifiedFactor: matching(
        /^[+-]?(?:[0-9]|\.[0-9])/,
        'CacheLastModifiedFactor value must be a float',
      ),
      CacheLockMaxAge: number('CacheLockMaxAge value must be a non-zero positive integer', 1),
      CacheKeyBaseURL: matching(
        /^[a-z][a-z0-9+.-]*:\/\//i,
        "URL '{}' must contain at least one of a scheme, a hostname or a port.",
      ),
    },
  ),
});
