import { modSessionCrypto as catalogue } from '../../../grammar/catalogue/mod_session_crypto.ts';
import { defineModule } from '../module.ts';
import { readableFile } from './checks.ts';
import { tunes, unserved } from './unserved.ts';

export const modSessionCrypto = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    tunes('sessions'),
    {},
    {
      SessionCryptoPassphraseFile: readableFile(),
    },
  ),
});
