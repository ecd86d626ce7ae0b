import type { BalancerSettings, LbMethodName } from '../../backend/balancer/balancer-settings.ts';
import { atoi, parseOnOff } from './numbers.ts';

/** What `key=value` says about a balancer; a field that is absent was not said. */
export type BalancerParameters = {
  -readonly [K in keyof Omit<BalancerSettings, 'name'>]?: BalancerSettings[K];
};

type Setter = (
  to: BalancerParameters,
  value: string,
  hasModule: (name: string) => boolean,
) => string | undefined;

const METHODS: readonly LbMethodName[] = ['byrequests', 'bytraffic', 'bybusyness'];

/** Longest name of a session cookie or parameter that httpd keeps. */
const MAX_STICKY_NAME = 63;

/** @source httpd modules/proxy/mod_proxy.c `set_balancer_param` */
const SETTERS: Readonly<Record<string, Setter>> = {
  stickysession(to, value) {
    const bar = value.indexOf('|');
    const cookie = bar < 0 ? value : value.slice(0, bar);
    const param = bar < 0 ? value : value.slice(bar + 1);
    to.stickySession = { cookie: cookie.slice(0, MAX_STICKY_NAME), param: param.slice(0, MAX_STICKY_NAME) };
    return undefined;
  },
  stickysessionsep(to, value) {
    if (value.length === 1) {
      to.stickySeparator = value;
      return undefined;
    }
    if (value.toLowerCase() !== 'off') return 'stickysessionsep must be a single character or Off';
    to.stickySeparator = '';
    return undefined;
  },
  nofailover(to, value) {
    const isOn = parseOnOff(value);
    if (isOn === undefined) return 'failover must be On|Off';
    to.noFailover = isOn;
    return undefined;
  },
  timeout(to, value) {
    const seconds = atoi(value);
    if (seconds < 1) return 'timeout must be at least one second';
    to.waitMs = seconds * 1000;
    return undefined;
  },
  maxattempts(to, value) {
    const count = atoi(value);
    if (count < 0) return 'maximum number of attempts must be a positive number';
    to.maxAttempts = count;
    return undefined;
  },
  lbmethod(to, value, hasModule) {
    if (value === 'heartbeat' && hasModule('lbmethod_heartbeat_module')) return undefined;
    const method = METHODS.find((name) => name === value);
    if (method === undefined || !hasModule(`lbmethod_${method}_module`)) return 'unknown lbmethod';
    to.lbmethod = method;
    return undefined;
  },
  scolonpathdelim(to, value) {
    const isOn = parseOnOff(value);
    if (isOn === undefined) return 'scolonpathdelim must be On|Off';
    to.scolonPathDelim = isOn;
    return undefined;
  },
  failonstatus(to, value) {
    const codes = value
      .split(/[, ]+/)
      .filter((text) => text !== '')
      .map(atoi);
    if (codes.some((code) => code < 100 || code > 599)) {
      return 'failonstatus must be one or more HTTP response codes';
    }
    to.failOnStatus = codes;
    return undefined;
  },
  failontimeout(to, value) {
    const isOn = parseOnOff(value);
    if (isOn === undefined) return 'failontimeout must be On|Off';
    to.failOnTimeout = isOn;
    return undefined;
  },
  forcerecovery(to, value) {
    const isOn = parseOnOff(value);
    if (isOn === undefined) return 'forcerecovery must be On|Off';
    to.forceRecovery = isOn;
    return undefined;
  },
  nonce(to, value) {
    if (value.toLowerCase() === 'none') to.nonce = '';
    else if (value.length > 36) return 'Provided nonce is too large';
    else to.nonce = value;
    return undefined;
  },
  growth(to, value) {
    const count = atoi(value);
    if (count < 1 || count > 100) return 'growth must be between 1 and 100';
    to.growth = count;
    return undefined;
  },
};

/**
 * Sets a balancer parameter; keys in any case.
 *
 * @param hasModule whether a module is loaded, by its identifier: an `lbmethod` needs its own
 * @returns httpd's reason for a key or value that it refuses
 */
export function setBalancerParameter(
  to: BalancerParameters,
  key: string,
  value: string,
  hasModule: (name: string) => boolean,
): string | undefined {
  const lower = key.toLowerCase();
  const setter = Object.hasOwn(SETTERS, lower) ? SETTERS[lower] : undefined;
  return setter ? setter(to, value, hasModule) : 'unknown Balancer parameter';
}
