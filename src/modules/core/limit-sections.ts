import type { SectionNode } from '../../syntax/tree.ts';
import type { BindContext, InlineSection } from '../module.ts';
import type { CoreDirConfig, CoreServerConfig } from './config.ts';

/** Methods that httpd knows; `<Limit>` takes others too, `TRACE` never. */
function bindMethods(ctx: BindContext, node: SectionNode): readonly string[] | undefined {
  const name = node.name.text;
  const trace =
    name.toLowerCase() === 'limit' && node.args.find((word) => word.text.toUpperCase() === 'TRACE');
  if (trace) return ctx.error(trace, 'TRACE cannot be controlled by <Limit>, see TraceEnable');
  if (node.args.length === 0) return ctx.error(node, `<${name}> directive requires additional arguments`);
  return node.args.map((word) => word.text);
}

/** The rows between open and close carry the methods; the section itself changes no config. */
export const limitSection: InlineSection<CoreServerConfig, CoreDirConfig, readonly string[]> = {
  bindSection: bindMethods,
  open: () => undefined,
  close: () => undefined,
};
