import { modProxyWstunnel as catalogue } from '../../grammar/catalogue/mod_proxy_wstunnel.ts';
import { defineModule } from './module.ts';

/** WebSocket backends. The gateway speaks FastCGI only: requests for one are answered with 500. */
export const modProxyWstunnel = defineModule(catalogue, {
  directives: {
    ProxyWebsocketFallbackToProxyHttp: { notServed: 'requests for WebSocket backends are answered with 500' },
  },
});
