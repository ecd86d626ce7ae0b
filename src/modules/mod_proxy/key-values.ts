import type { BindContext } from '../module.ts';
import type { Word } from '../../syntax/tree.ts';
import type { Span } from '../../source/source.ts';
import { WORKER_DEFAULTS } from '../../backend/worker-settings.ts';
import { setBalancerParameter, type BalancerParameters } from './balancer-parameters.ts';
import { setWorkerParameter, type WorkerParameters } from './worker-parameters.ts';

/** A parameter as it was written. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
  readonly span: Span;
}

/** What a line's parameters are about. */
export type ParameterTarget = 'worker' | 'balancer';

/** Parameters of one line: those it may set, checked. Plain data. */
export interface BoundParameters {
  readonly pairs: readonly KeyValue[];
  readonly hasHealthChecks: boolean;
  /** Loaded modules that provide a balancing method, by identifier. */
  readonly methodModules: readonly string[];
}

const METHOD_MODULES = ['byrequests', 'bytraffic', 'bybusyness', 'heartbeat'].map(
  (method) => `lbmethod_${method}_module`,
);

/** `key=value` of a word; undefined: no `=` in it. */
export function splitPair(word: Word): KeyValue | undefined {
  const equals = word.text.indexOf('=');
  if (equals < 0) return undefined;
  return { key: word.text.slice(0, equals), value: word.text.slice(equals + 1), span: word.span };
}

/** The parameters with what decides about them, after each was tried; every refusal is reported. */
export function bindParameters(
  ctx: BindContext,
  pairs: readonly KeyValue[],
  target: ParameterTarget,
  message: (reason: string, pair: KeyValue) => string,
): BoundParameters {
  const bound = {
    pairs,
    hasHealthChecks: ctx.hasModule('proxy_hcheck_module'),
    methodModules: METHOD_MODULES.filter((name) => ctx.hasModule(name)),
  };
  for (const pair of pairs) {
    const problem =
      target === 'worker'
        ? setWorkerParameter({ ...WORKER_DEFAULTS }, pair.key, pair.value, bound.hasHealthChecks)
        : setBalancerParameter({}, pair.key, pair.value, (name) => bound.methodModules.includes(name));
    if (problem !== undefined) ctx.error(pair.span, message(problem, pair));
    else if (target === 'balancer' && pair.key.toLowerCase() === 'lbmethod' && pair.value === 'heartbeat') {
      ctx.warn(pair.span, 'no heartbeats are heard: this balancer balances by requests');
    }
  }
  return bound;
}

/** Sets worker parameters that `bindParameters` found good. */
export function applyWorkerParameters(to: WorkerParameters, bound: BoundParameters): void {
  for (const pair of bound.pairs) setWorkerParameter(to, pair.key, pair.value, bound.hasHealthChecks);
}

/** Sets balancer parameters that `bindParameters` found good. */
export function applyBalancerParameters(to: BalancerParameters, bound: BoundParameters): void {
  for (const pair of bound.pairs) {
    setBalancerParameter(to, pair.key, pair.value, (name) => bound.methodModules.includes(name));
  }
}
