import { WORKER_DEFAULTS } from '../../backend/worker-settings.ts';
import { setBalancerParameter } from '../../modules/mod_proxy/balancer-parameters.ts';
import { setWorkerParameter } from '../../modules/mod_proxy/worker-parameters.ts';
import { isKnownText } from './backend-url.ts';
import type { Parameter, WorkerLine } from './model.ts';

export type ParameterTarget = 'worker' | 'balancer';

/** What httpd makes of a parameter on a line. */
export type Judgement =
  | { readonly kind: 'good' }
  | { readonly kind: 'unknown' }
  /** It belongs to the other kind of target. */
  | { readonly kind: 'misplaced' }
  | { readonly kind: 'invalid'; readonly reason: string };

/** Keys of both kinds, for suggestions. */
export const WORKER_KEYS = [
  'acquire', 'addressttl', 'connectiontimeout', 'disablereuse', 'enablereuse', 'flushpackets', 'flushwait', 'flusher',
  'iobuffersize', 'keepalive', 'lbset', 'loadfactor', 'max', 'min', 'smax', 'ttl', 'ping', 'receivebuffersize',
  'redirect', 'responsefieldsize', 'retry', 'route', 'secret', 'status', 'timeout', 'upgrade', 'hcmethod',
  'hcinterval', 'hcpasses', 'hcfails', 'hcuri', 'hcexpr', 'hctemplate', 'mapping',
] as const; // prettier-ignore
export const BALANCER_KEYS = [
  'lbmethod', 'maxattempts', 'nofailover', 'stickysession', 'stickysessionsep', 'scolonpathdelim', 'timeout',
  'failonstatus', 'failontimeout', 'forcerecovery', 'nonce', 'growth', 'mapping',
] as const; // prettier-ignore

const MISSING = /^unknown /;

export function targetOf(line: WorkerLine): ParameterTarget {
  return line.by !== 'BalancerMember' && line.url.scheme === 'balancer' ? 'balancer' : 'worker';
}

function problem(target: ParameterTarget, { key, value }: Parameter): string | undefined {
  return target === 'worker'
    ? setWorkerParameter({ ...WORKER_DEFAULTS }, key, value, true)
    : setBalancerParameter({}, key, value, () => true);
}

/** Whether a parameter is one of its line's target, and its value one that httpd takes. */
export function judge(line: WorkerLine, parameter: Parameter): Judgement {
  const target = targetOf(line);
  const isOfLine = line.by === 'ProxyPass' || line.by === 'ProxyPassMatch';
  if (parameter.key === 'mapping' && isOfLine) return { kind: 'good' };
  const own = problem(target, parameter);
  if (own === undefined) return { kind: 'good' };
  if (!MISSING.test(own) || own === 'unknown lbmethod') {
    return isKnownText(parameter.value) ? { kind: 'invalid', reason: own } : { kind: 'good' };
  }
  const other = problem(target === 'worker' ? 'balancer' : 'worker', parameter);
  return other !== undefined && MISSING.test(other) && other !== 'unknown lbmethod'
    ? { kind: 'unknown' }
    : { kind: 'misplaced' };
}
