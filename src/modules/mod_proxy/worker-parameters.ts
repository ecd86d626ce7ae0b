import type { HealthCheckSettings, WorkerSettings } from '../../backend/worker-settings.ts';
import { applyStatusText } from '../../backend/worker-status.ts';
import { atof, atoi, parseInterval, parseOnOff } from './numbers.ts';

/** What `key=value` says about a worker, apart from its place. */
export type WorkerParameters = {
  -readonly [
    K in keyof Omit<WorkerSettings, 'name' | 'scheme' | 'host' | 'port' | 'socketPath'>
  ]: WorkerSettings[K];
};

/** Sets one parameter, or gives the reason why not. */
type Setter = (to: WorkerParameters, value: string) => string | undefined;

/** @source httpd modules/proxy/mod_proxy.c `set_worker_param` */
const SETTERS: Readonly<Record<string, Setter>> = {
  loadfactor(to, value) {
    const factor = Math.trunc(atof(value) * 100);
    if (factor < 100 || factor > 10_000) return 'LoadFactor must be a number between 1..100';
    to.lbfactor = factor;
    return undefined;
  },
  retry(to, value) {
    const seconds = atoi(value);
    if (seconds < 0) return 'Retry must be a positive value';
    to.retryMs = seconds * 1000;
    return undefined;
  },
  ttl(to, value) {
    const seconds = atoi(value);
    if (seconds < 1) return 'TTL must be at least one second';
    to.ttlMs = seconds * 1000;
    return undefined;
  },
  min(to, value) {
    const count = atoi(value);
    if (count < 0) return 'Min must be a positive number';
    to.min = count;
    return undefined;
  },
  max(to, value) {
    const count = atoi(value);
    if (count < 0) return 'Max must be a positive number';
    to.max = count;
    return undefined;
  },
  smax(to, value) {
    const count = atoi(value);
    if (count < 0) return 'Smax must be a positive number';
    to.smax = count;
    return undefined;
  },
  acquire(to, value) {
    const ms = parseInterval(value, 'ms');
    if (ms === undefined) return 'Acquire timeout has wrong format';
    if (ms < 1) return 'Acquire must be at least one millisecond';
    to.acquireMs = ms;
    return undefined;
  },
  addressttl(to, value) {
    const ms = value === '-1' ? undefined : parseInterval(value, 's');
    if (value !== '-1' && (ms === undefined || ms % 1000 !== 0 || ms / 1000 > 2147483647)) {
      return 'AddressTTL must be -1 or a number of seconds not exceeding (2147483647)';
    }
    to.addressTtlMs = ms;
    return undefined;
  },
  timeout(to, value) {
    const seconds = atoi(value);
    if (seconds < 1) return 'Timeout must be at least one second';
    to.timeoutMs = seconds * 1000;
    return undefined;
  },
  iobuffersize(to, value) {
    const bytes = atoi(value);
    if (bytes < 512 && bytes !== 0) return 'IOBufferSize must be >= 512 bytes, or 0 for system default.';
    to.ioBufferBytes = bytes;
    return undefined;
  },
  receivebuffersize(to, value) {
    const bytes = atoi(value);
    if (bytes < 512 && bytes !== 0) return 'ReceiveBufferSize must be >= 512 bytes, or 0 for system default.';
    to.receiveBufferBytes = bytes;
    return undefined;
  },
  keepalive(to, value) {
    const isOn = parseOnOff(value);
    if (isOn === undefined) return 'KeepAlive must be On|Off';
    to.keepAlive = isOn;
    return undefined;
  },
  disablereuse(to, value) {
    const isOn = parseOnOff(value);
    if (isOn === undefined) return 'DisableReuse must be On|Off';
    to.reuse = !isOn;
    return undefined;
  },
  enablereuse(to, value) {
    const isOn = parseOnOff(value);
    if (isOn === undefined) return 'EnableReuse must be On|Off';
    to.reuse = isOn;
    return undefined;
  },
  route(to, value) {
    if (value.length >= 64) return 'Route length must be < 64 characters';
    to.route = value;
    return undefined;
  },
  redirect(to, value) {
    if (value.length >= 64) return 'Redirect length must be < 64 characters';
    to.redirect = value;
    return undefined;
  },
  status(to, value) {
    const status = applyStatusText(to.status, value);
    if (status === undefined) return 'Unknown status parameter option';
    to.status = status;
    return undefined;
  },
  flushpackets(to, value) {
    const mode = value.toLowerCase();
    if (mode !== 'on' && mode !== 'off' && mode !== 'auto') return 'flushpackets must be on|off|auto';
    to.flushPackets = mode;
    return undefined;
  },
  flushwait(to, value) {
    const ms = atoi(value);
    if (ms > 1000 || ms < 0) return 'flushwait must be <= 1000, or 0 for system default of 10 millseconds.';
    to.flushWaitMs = ms === 0 ? 10 : ms;
    return undefined;
  },
  ping(to, value) {
    const ms = parseInterval(value, 's');
    if (ms === undefined) return 'Ping/Pong timeout has wrong format';
    if (ms < 1) return 'Ping/Pong timeout must be at least one millisecond';
    to.pingMs = ms;
    return undefined;
  },
  lbset(to, value) {
    const set = atoi(value);
    if (set < 0 || set > 99) return 'lbset must be between 0 and 99';
    to.lbset = set;
    return undefined;
  },
  connectiontimeout(to, value) {
    const ms = parseInterval(value, 's');
    if (ms === undefined) return 'Connectiontimeout has wrong format';
    if (ms < 1) return 'Connectiontimeout must be at least one millisecond.';
    to.connectTimeoutMs = ms;
    return undefined;
  },
  flusher(_to, value) {
    return value.length >= 16 ? 'flusher name length must be < 16 characters' : undefined;
  },
  upgrade(to, value) {
    if (value.length >= 16) return 'upgrade protocol length must be < 16 characters';
    to.upgrade = value;
    return undefined;
  },
  responsefieldsize(to, value) {
    const bytes = atoi(value);
    if (bytes < 0) return 'ResponseFieldSize must be greater than 0 bytes, or 0 for system default.';
    to.responseFieldBytes = bytes;
    return undefined;
  },
  secret(to, value) {
    if (value.length >= 64) return 'Secret length must be < 64 characters';
    to.secret = value;
    return undefined;
  },
};

const HEALTH_CHECK_DEFAULTS: HealthCheckSettings = {
  method: 'TCP',
  intervalMs: 30_000,
  passes: 1,
  fails: 1,
  uri: '',
  expr: '',
};

const HEALTH_CHECK_METHODS = ['TCP', 'OPTIONS', 'HEAD', 'GET', 'OPTIONS11', 'HEAD11', 'GET11'] as const;

/** @source httpd modules/proxy/mod_proxy_hcheck.c `set_worker_hc_param` */
const HEALTH_CHECK_SETTERS: Readonly<Record<string, Setter>> = {
  hcmethod(to, value) {
    const name = value.toUpperCase();
    if (name === 'NONE') {
      to.healthCheck = undefined;
      return undefined;
    }
    if (name === 'CPING' || name === 'PROVIDER') return `Health check method ${name} not (yet) implemented`;
    const method = HEALTH_CHECK_METHODS.find((known) => known === name);
    if (method === undefined) return 'Unknown method';
    to.healthCheck = { ...HEALTH_CHECK_DEFAULTS, ...to.healthCheck, method };
    return undefined;
  },
  hcinterval(to, value) {
    const ms = parseInterval(value, 's');
    if (ms === undefined) return 'Unparse-able hcinterval setting';
    if (ms < 100) return 'Interval must be a positive value greater than 100ms';
    return patchHealthCheck(to, { intervalMs: ms });
  },
  hcpasses(to, value) {
    const count = atoi(value);
    return count < 0 ? 'Passes must be a positive value' : patchHealthCheck(to, { passes: count });
  },
  hcfails(to, value) {
    const count = atoi(value);
    return count < 0 ? 'Fails must be a positive value' : patchHealthCheck(to, { fails: count });
  },
  hcuri(to, value) {
    return value.length >= 64
      ? 'Health check uri length must be < 64 characters'
      : patchHealthCheck(to, { uri: value });
  },
  hcexpr(to, value) {
    return patchHealthCheck(to, { expr: value });
  },
  hctemplate() {
    return undefined;
  },
};

/** Keys other than `hcmethod` alone start no checks, as in httpd. */
function patchHealthCheck(to: WorkerParameters, patch: Partial<HealthCheckSettings>): undefined {
  if (to.healthCheck) to.healthCheck = { ...to.healthCheck, ...patch };
  return undefined;
}

/**
 * Sets a worker parameter; keys in any case.
 *
 * @param hasHealthChecks mod_proxy_hcheck is loaded
 * @returns httpd's reason for a key or value that it refuses
 */
export function setWorkerParameter(
  to: WorkerParameters,
  key: string,
  value: string,
  hasHealthChecks: boolean,
): string | undefined {
  const lower = key.toLowerCase();
  const setter =
    ownSetter(SETTERS, lower) ?? (hasHealthChecks ? ownSetter(HEALTH_CHECK_SETTERS, lower) : undefined);
  if (setter) return setter(to, value);
  return hasHealthChecks ? 'unknown Worker hcheck parameter' : 'unknown Worker parameter';
}

function ownSetter(setters: Readonly<Record<string, Setter>>, key: string): Setter | undefined {
  return Object.hasOwn(setters, key) ? setters[key] : undefined;
}
