import { modDeflate as catalogue } from '../../../grammar/catalogue/mod_deflate.ts';
import { defineModule } from '../module.ts';
import { digits, number, oneOf } from './checks.ts';
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

export const modDeflate = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { accepted: 'Responses are not compressed; the line that adds the filter says so.' },
    {},
    {
      DeflateFilterNote: optionalNote('Unknown note type {}'),
      DeflateWindowSize: number('DeflateWindowSize must be between 1 and 15', 1, 15),
      DeflateBufferSize: number('DeflateBufferSize should be positive', 1),
      DeflateMemLevel: number('DeflateMemLevel must be between 1 and 9', 1, 9),
      DeflateCompressionLevel: number('Compression Level must be between 1 and 9', 1, 9),
      DeflateInflateLimitRequestBody: digits(
        'DeflateInflateLimitRequestBody requires a non-negative integer.',
      ),
      DeflateInflateRatioLimit: number('DeflateInflateRatioLimit must be positive', 1),
      DeflateInflateRatioBurst: number('DeflateInflateRatioBurst must be positive', 1),
      DeflateAlterEtag: oneOf(
        "DeflateAlterETAG accepts only 'NoChange', 'AddSuffix', and 'Remove'",
        'nochange',
        'addsuffix',
        'remove',
      ),
    },
  ),
});
