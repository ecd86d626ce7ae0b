import { modHttp2 as catalogue } from '../../../grammar/catalogue/mod_http2.ts';
import type { DirectiveNode } from '../../syntax/tree.ts';
import { atoi } from '../core/bind-checks.ts';
import { type BindContext, defineModule } from '../module.ts';
import { all, number, oneOf, refuse, time } from './checks.ts';
import { tunes, unserved } from './unserved.ts';

function powerOfTwo(ctx: BindContext, node: DirectiveNode): unknown {
  const [word] = node.args;
  const value = word === undefined ? 0 : atoi(word.text);
  return value !== 0 && (value & (value - 1)) !== 0 && refuse(ctx, word!, 'value must a power of 2');
}

export const modHttp2 = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    tunes('HTTP/2'),
    {},
    {
      H2MaxSessionStreams: number('value must be > 0', 1),
      H2WindowSize: number('value must be >= 1024', 1024),
      H2MinWorkers: number('value must be > 0', 1),
      H2MaxWorkers: number('value must be > 0', 1),
      H2MaxWorkerIdleSeconds: time('Invalid idle limit value'),
      H2StreamMaxMemSize: number('value must be >= 1024', 1024),
      H2PushDiarySize: all(number('value must be >= 0', 0), powerOfTwo),
      H2Padding: all(number('number of bits must be >= 0', 0), number('number of bits must be <= 8', 0, 8)),
      H2StreamTimeout: time('Invalid timeout value'),
      H2MaxDataFrameLen: number('value must be 0 or larger', 0),
      H2MaxHeaderBlockLen: number('value must be 0 or larger', 0),
      H2MaxStreamErrors: number('value must be 0 or larger', 0),
      H2ModernTLSOnly: oneOf('value must be On or Off', 'on', 'off'),
      H2Upgrade: oneOf('value must be On or Off', 'on', 'off'),
      H2Direct: oneOf('value must be On or Off', 'on', 'off'),
      H2Push: oneOf('value must be On or Off', 'on', 'off'),
      H2CopyFiles: oneOf('value must be On or Off', 'on', 'off'),
      H2EarlyHints: oneOf('value must be On or Off', 'on', 'off'),
      H2OutputBuffering: oneOf('value must be On or Off', 'on', 'off'),
      H2ProxyRequests: oneOf('value must be On or Off', 'on', 'off'),
      H2WebSockets: oneOf('value must be On or Off', 'on', 'off'),
      H2PushPriority: (ctx, node) => {
        const dependency = node.args[1];
        if (dependency && !/^(?:after|before|interleaved|[0-9].*)$/i.test(dependency.text)) {
          ctx.error(dependency, "dependency must be one of 'After', 'Before' or 'Interleaved'");
        }
      },
      H2PushResource: (ctx, node) => {
        const [, option, extra] = node.args;
        if (extra) ctx.error(extra, 'too many parameter');
        else if (option && !/^critical$/i.test(option.text)) ctx.error(option, 'unknown last parameter');
      },
    },
  ),
});
