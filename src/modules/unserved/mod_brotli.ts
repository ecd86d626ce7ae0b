import { modBrotli as catalogue } from '../../../grammar/catalogue/mod_brotli.ts';
import { defineModule } from '../module.ts';
import { number, oneOf } from './checks.ts';
import { unserved, type Check } from './unserved.ts';

/** `[type] name`: the type must be known. */
function optionalNote(message: string): Check {
  return (ctx, node) => {
    const [type, name] = node.args;
    if (type && name && !/^(?:input|output|instream|outstream|ratio)$/i.test(type.text)) {
      ctx.error(type, message.replace('{}', type.text));
    }
  };
}

export const modBrotli = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { accepted: 'Responses are not compressed; the line that adds the filter says so.' },
    {},
    {
      BrotliFilterNote: optionalNote('Unknown BrotliFilterNote type {}'),
      BrotliCompressionQuality: number('BrotliCompressionQuality must be between 0 and 11', 0, 11),
      BrotliCompressionWindow: number('BrotliCompressionWindow must be between 10 and 24', 10, 24),
      BrotliCompressionMaxInputBlock: number(
        'BrotliCompressionMaxInputBlock must be between 16 and 24',
        16,
        24,
      ),
      BrotliAlterETag: oneOf(
        "BrotliAlterETag accepts only 'AddSuffix', 'NoChange' and 'Remove'",
        'addsuffix',
        'nochange',
        'remove',
      ),
    },
  ),
});
