import { modHttp2 as catalogue } from '../../../grammar/catalogue/mod_http2.ts';
import { defineModule } from '../module.ts';
import { all, number, time } from './checks.ts';
import { tunes, unserved } from './unserved.ts';

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
      H2PushDiarySize: number('value must be >= 0', 0),
      H2Padding: all(number('number of bits must be >= 0', 0), number('number of bits must be <= 8', 0, 8)),
      H2StreamTimeout: time('Invalid timeout value'),
      H2MaxDataFrameLen: number('value must be 0 or larger', 0),
      H2MaxHeaderBlockLen: number('value must be 0 or larger', 0),
      H2MaxStreamErrors: number('value must be 0 or larger', 0),
    },
  ),
});
