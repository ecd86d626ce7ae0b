import { modProxyHtml as catalogue } from '../../grammar/catalogue/mod_proxy_html.ts';
import { defineModule, type UnservedDirective } from './module.ts';

const unserved: UnservedDirective = { notServed: 'links in HTML pages are not rewritten' };

/** Rewrites links in the pages of backends. */
export const modProxyHtml = defineModule(catalogue, {
  directives: {
    ProxyHTMLEvents: unserved,
    ProxyHTMLLinks: unserved,
    ProxyHTMLURLMap: unserved,
    ProxyHTMLDoctype: unserved,
    ProxyHTMLFixups: unserved,
    ProxyHTMLMeta: unserved,
    ProxyHTMLInterp: unserved,
    ProxyHTMLExtended: unserved,
    ProxyHTMLStripComments: unserved,
    ProxyHTMLBufSize: {
      ...unserved,
      bind(ctx, node) {
        const word = node.args[0];
        if (word && !/^[+-]?[0-9]+$/.test(word.text)) {
          ctx.error(word, 'Invalid value for directive ProxyHTMLBufSize, expected integer');
        }
      },
    },
    ProxyHTMLCharsetOut: unserved,
    ProxyHTMLEnable: unserved,
  },
});
