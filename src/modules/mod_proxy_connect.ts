import { modProxyConnect as catalogue } from '../../grammar/catalogue/mod_proxy_connect.ts';
import { eachWord } from './arguments.ts';
import { defineModule } from './module.ts';

/** CONNECT tunnels of a forward proxy, which the gateway is not. */
export const modProxyConnect = defineModule(catalogue, {
  directives: {
    AllowCONNECT: {
      accepted: 'the gateway opens no tunnels',
      bind(ctx, node) {
        const bad = eachWord(node).find((word) => !/^[0-9]/.test(word.text));
        if (bad) ctx.error(bad, 'AllowCONNECT: port numbers must be numeric');
      },
    },
  },
});
