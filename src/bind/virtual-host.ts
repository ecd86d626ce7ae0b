import type { Span } from '../source/source.ts';
import type { SectionNode } from '../syntax/tree.ts';
import type { ScopeContext } from './context.ts';

/**
 * The addresses of a `<VirtualHost>`, as written; undefined when one is wrong (reported).
 *
 * @source httpd server/vhost.c `get_addresses`, apr `apr_parse_addr_port`
 */
export function bindVirtualHostAddresses(
  ctx: ScopeContext,
  node: SectionNode,
): { readonly text: string; readonly span: Span }[] | undefined {
  if (node.argsText === '') return ctx.error(node, '<VirtualHost> directive requires additional arguments');
  const addresses: { text: string; span: Span }[] = [];
  for (const word of node.args) {
    if (/^[0-9]+$/.test(word.text)) return ctx.error(word, 'Missing address for VirtualHost');
    const port = /:([0-9]+)$/.exec(word.text)?.[1];
    if (
      port !== undefined &&
      !isIpv6WithoutBrackets(word.text) &&
      (Number(port) < 1 || Number(port) > 65535)
    ) {
      return ctx.error(word, 'The address or port is invalid');
    }
    addresses.push({ text: word.text, span: word.span });
  }
  return addresses;
}

function isIpv6WithoutBrackets(text: string): boolean {
  return !text.startsWith('[') && text.indexOf(':') !== text.lastIndexOf(':');
}
