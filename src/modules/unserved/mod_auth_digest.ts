import { modAuthDigest as catalogue } from '../../../grammar/catalogue/mod_auth_digest.ts';
import { defineModule } from '../module.ts';
import { checkProviders } from './authn-providers.ts';
import { eachMatching, matching, oneOf } from './checks.ts';
import { unserved } from './unserved.ts';

export const modAuthDigest = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { accepted: 'Takes part in authentication, for which the AuthType line is refused.' },
    {},
    {
      AuthDigestQop: eachMatching(/^auth$/i, "AuthDigestQop is deprecated: only 'auth' is supported"),
      AuthDigestNonceLifetime: matching(/^-?[0-9]+$/, 'Invalid time in AuthDigestNonceLifetime: {}'),
      AuthDigestAlgorithm: oneOf('Unsupported algorithm in AuthDigestAlgorithm: {}', 'md5'),
      AuthDigestShmemSize: matching(/^[0-9]+[km]?$/i, 'Invalid size in AuthDigestShmemSize: {}'),
      AuthDigestProvider: checkProviders,
    },
  ),
});
