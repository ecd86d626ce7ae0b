import { modReqtimeout as catalogue } from '../../grammar/catalogue/mod_reqtimeout.ts';
import { defineModule, type BindContext, type Module, type ServedDirective } from './module.ts';
import type { DirectiveNode } from '../syntax/tree.ts';

/** One time limit of a request as configured; the front's `ReadTimeout` has its meaning. */
interface StageTimeout {
  readonly initialMs: number;
  readonly maxMs: number | undefined;
  readonly minRate: number;
}

type StageName = 'handshake' | 'header' | 'body';

/** Limits by part of the request; a part that is undefined is inherited, or has httpd's default. */
export type ReqtimeoutConfig = { [K in StageName]?: StageTimeout };

const STAGES: readonly StageName[] = ['handshake', 'header', 'body'];

/** `header=20-40,MinRate=500 body=20`. @source httpd modules/filters/mod_reqtimeout.c `set_reqtimeouts` */
function bindReadTimeout(ctx: BindContext, node: DirectiveNode): ReqtimeoutConfig | undefined {
  const text = ctx.rawWord(node, 0);
  const found: ReqtimeoutConfig = {};
  for (const word of text.text.split(/\s+/)) {
    if (word === '') continue;
    const equals = word.indexOf('=');
    if (equals < 0)
      return ctx.error(
        text,
        "Invalid RequestReadTimeout parameter. Parameter must be in the form 'key=value'",
      );
    const name = word.slice(0, equals).toLowerCase();
    const stage = STAGES.find((known) => known === name);
    if (stage === undefined)
      return ctx.error(text, `RequestReadTimeout: ${word}: Unknown RequestReadTimeout parameter`);
    const parsed = parseStage(word.slice(equals + 1));
    if (typeof parsed === 'string') return ctx.error(text, `RequestReadTimeout: ${word}: ${parsed}`);
    found[stage] = parsed;
  }
  return found;
}

function parseStage(text: string): StageTimeout | string {
  const [times = '', ...rates] = text.split(',');
  const rateText = rates.join(',');
  const range = /^(\d+)(?:-(\d+))?$/.exec(times);
  if (!range) return `Value '${times}' not numerical`;
  const initial = Number(range[1]);
  const max = range[2] === undefined ? undefined : Number(range[2]);
  if (max !== undefined && max < initial) return 'Maximum timeout must be larger than initial timeout';
  let minRate = 0;
  if (rateText !== '') {
    const rate = /^minrate=(\d+)$/i.exec(rateText);
    if (!rate) return `Cannot parse ',${rateText}'`;
    minRate = Number(rate[1]);
    if (minRate === 0) return 'Minimum data rate must be larger than 0';
  }
  if (max !== undefined && minRate === 0) return 'Must set MinRate option if using timeout range';
  return { initialMs: initial * 1000, maxMs: max === undefined ? undefined : max * 1000, minRate };
}

const requestReadTimeout: ServedDirective<ReqtimeoutConfig, undefined, ReqtimeoutConfig> = {
  bind: bindReadTimeout,
  apply: ({ server }, value) => {
    Object.assign(server, value);
  },
};

/** Time limits for reading a request; the front keeps them, and has httpd's defaults where this module is not loaded. */
export const modReqtimeout: Module<ReqtimeoutConfig, undefined> = defineModule(catalogue, {
  directives: { RequestReadTimeout: requestReadTimeout },
  createServerConfig: (): ReqtimeoutConfig => ({}),
  mergeServerConfig: (base, add) => ({ ...base, ...add }),
});
