import { modProxyFtp as catalogue } from '../../grammar/catalogue/mod_proxy_ftp.ts';
import { defineModule } from './module.ts';

/** FTP backends. The gateway speaks FastCGI only: requests for one are answered with 500. */
export const modProxyFtp = defineModule(catalogue, {
  directives: {
    ProxyFtpListOnWildcard: { notServed: 'requests for FTP backends are answered with 500' },
    ProxyFtpEscapeWildcards: { notServed: 'requests for FTP backends are answered with 500' },
    ProxyFtpDirCharset: { notServed: 'requests for FTP backends are answered with 500' },
  },
});
