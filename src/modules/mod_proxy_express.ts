import { modProxyExpress as catalogue } from '../../grammar/catalogue/mod_proxy_express.ts';
import { defineModule } from './module.ts';

const EFFECT = 'host names are not looked up in a DBM file';

/** Mass reverse proxying by a table of hosts. */
export const modProxyExpress = defineModule(catalogue, {
  directives: {
    ProxyExpressEnable: { notServed: EFFECT },
    ProxyExpressDBMFile: { notServed: EFFECT },
    ProxyExpressDBMType: { notServed: EFFECT },
  },
});
