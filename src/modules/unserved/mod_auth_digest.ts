import { modAuthDigest as catalogue } from '../../../grammar/catalogue/mod_auth_digest.ts';
import type { DirectiveNode } from '../../syntax/tree.ts';
import { atoi, firstArg } from '../core/bind-checks.ts';
import { type BindContext, defineModule } from '../module.ts';
import { checkProviders } from './authn-providers.ts';
import { all, eachMatching, matching, oneOf } from './checks.ts';
import { unserved } from './unserved.ts';

/** Bytes that httpd needs for the first client. */
const SMALLEST_SIZE = 88;

function checkSize(ctx: BindContext, node: DirectiveNode): void {
  const { text } = firstArg(node);
  if (/[km]$/i.test(text) ? atoi(text) > 0 : atoi(text) >= SMALLEST_SIZE) return;
  ctx.error(firstArg(node), `size in AuthDigestShmemSize too small: ${text} < ${SMALLEST_SIZE}`);
}

export const modAuthDigest = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { accepted: 'Takes part in authentication, for which the AuthType line is refused.' },
    {},
    {
      AuthDigestQop: eachMatching(/^auth$/i, "AuthDigestQop is deprecated: only 'auth' is supported"),
      AuthDigestNonceLifetime: matching(/^-?[0-9]+$/, 'Invalid time in AuthDigestNonceLifetime: {}'),
      AuthDigestAlgorithm: oneOf('Unsupported algorithm in AuthDigestAlgorithm: {}', 'md5'),
      AuthDigestShmemSize: all(
        matching(/^[0-9]+[km]?$/i, 'Invalid size in AuthDigestShmemSize: {}'),
        checkSize,
      ),
      AuthDigestProvider: checkProviders,
    },
  ),
});
