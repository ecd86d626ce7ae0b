import { modCharsetLite as catalogue } from '../../../grammar/catalogue/mod_charset_lite.ts';
import { defineModule } from '../module.ts';
import { eachMatching } from './checks.ts';
import { tunes, unserved } from './unserved.ts';

export const modCharsetLite = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    tunes('recoding'),
    {
      CharsetSourceEnc: { notServed: 'Responses are not recoded to another character set.' },
    },
    {
      CharsetOptions: eachMatching(
        /^(?:no)?(?:implicitadd|translateallmimetypes)$|^debuglevel=/i,
        'Invalid CharsetOptions option: {}',
      ),
    },
  ),
});
