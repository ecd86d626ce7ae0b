import { modProxyScgi as catalogue } from '../../grammar/catalogue/mod_proxy_scgi.ts';
import { defineModule } from './module.ts';

/** SCGI backends. The gateway speaks FastCGI only: requests for one are answered with 500, as without this module. */
export const modProxyScgi = defineModule(catalogue, {
  directives: {
    ProxySCGISendfile: { notServed: 'requests for SCGI backends are answered with 500' },
    ProxySCGIInternalRedirect: { notServed: 'requests for SCGI backends are answered with 500' },
  },
});
