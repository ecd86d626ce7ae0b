import { modFilter as catalogue } from '../../../grammar/catalogue/mod_filter.ts';
import type { DirectiveNode } from '../../syntax/tree.ts';
import { firstArg } from '../core/bind-checks.ts';
import { defineModule, type BindContext } from '../module.ts';
import { defineName, isDefined } from './names.ts';
import { tunes, unserved } from './unserved.ts';

/** Output filters by the module that registers them; no module: every httpd has it. */
const FILTER_MODULES: ReadonlyMap<string, string | undefined> = new Map([
  ['content_length', undefined],
  ['http_header', undefined],
  ['chunk', undefined],
  ['byterange', undefined],
  ['old_write', undefined],
  ['http_outerror', undefined],
  ['deflate', 'deflate'],
  ['inflate', 'deflate'],
  ['brotli_compress', 'brotli'],
  ['includes', 'include'],
  ['substitute', 'substitute'],
  ['rate_limit', 'ratelimit'],
  ['sed', 'sed'],
  ['buffer', 'buffer'],
  ['data', 'data'],
  ['proxy-html', 'proxy_html'],
  ['xml2enc', 'xml2enc'],
  ['xlateout', 'charset_lite'],
  ['casefilter', 'case_filter'],
  ['cache', 'cache'],
  ['cache_save', 'cache'],
  ['cache_out', 'cache'],
  ['cache_invalidate', 'cache'],
  ['mod_expires', 'expires'],
  ['fixup_headers_out', 'headers'],
  ['bucketeer', 'bucketeer'],
]);

function isFilter(ctx: BindContext, name: string): boolean {
  const lower = name.toLowerCase();
  if (!FILTER_MODULES.has(lower)) return ctx.inHtaccess || isDefined(ctx, 'filterProvider', lower);
  const module = FILTER_MODULES.get(lower);
  return module === undefined || ctx.hasModule(module);
}

function checkByType(ctx: BindContext, node: DirectiveNode): void {
  const [filters] = node.args;
  if (!filters || node.args.length < 2) {
    return ctx.error(node, 'AddOutputFilterByType requires at least two arguments');
  }
  const unknown = filters.text.split(';').find((name) => !isFilter(ctx, name));
  if (unknown !== undefined) ctx.error(filters, `Unknown filter provider ${unknown}`);
}

function checkProvider(ctx: BindContext, node: DirectiveNode): void {
  const [filter, provider, condition] = node.args;
  if (!filter || !provider || !condition) return;
  if (!isFilter(ctx, provider.text)) return ctx.error(provider, `Unknown filter provider ${provider.text}`);
  if (!ctx.expr(condition, 'boolean', 'Error parsing FilterProvider expression:')) return;
  defineName(ctx, 'smartFilter', filter.text);
}

function checkDeclared(message: string) {
  return (ctx: BindContext, node: DirectiveNode): void => {
    const word = firstArg(node);
    if (!ctx.inHtaccess && !isDefined(ctx, 'smartFilter', word.text))
      ctx.error(word, message.replace('{}', word.text));
  };
}

const LATER = 'The line that adds the filter to the chain says that it is not applied.';

export const modFilter = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { notServed: 'The filters are not applied to responses.' },
    {
      FilterDeclare: { accepted: LATER },
      FilterProvider: { accepted: LATER },
      FilterTrace: tunes('the filter'),
      FilterProtocol: tunes('the filter'),
    },
    {
      FilterDeclare: (ctx, node) => defineName(ctx, 'smartFilter', firstArg(node).text),
      FilterProvider: checkProvider,
      AddOutputFilterByType: checkByType,
      FilterTrace: checkDeclared('Undeclared smart filter {}'),
      FilterProtocol: checkDeclared('FilterProtocol: No such filter'),
    },
  ),
});
