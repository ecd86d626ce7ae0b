/** The parameters of a worker as the configuration gives them: plain data, times in milliseconds, sizes in bytes. */
export interface WorkerSettings {
  /** Normalised URL without `unix:…|`: what requests are matched with, and what logs show. */
  readonly name: string;
  /** Lower case. */
  readonly scheme: string;
  /** Lower case, without brackets; '' for some socket workers. */
  readonly host: string;
  readonly port: number;
  /** Path of a unix socket; undefined: TCP. */
  readonly socketPath: string | undefined;
  /** Longest wait for a slot; undefined: as long as `timeoutMs`. */
  readonly acquireMs: number | undefined;
  /** How long a resolved name is believed; undefined: `DEFAULT_ADDRESS_TTL_MS`. */
  readonly addressTtlMs: number | undefined;
  /** undefined: the I/O time limit. */
  readonly connectTimeoutMs: number | undefined;
  /** `enablereuse`, or the inverse of `disablereuse`; undefined: not said, the scheme decides (fcgi: no). */
  readonly reuse: boolean | undefined;
  readonly flushPackets: 'off' | 'on' | 'auto';
  readonly flushWaitMs: number;
  /** 0: 8192. */
  readonly ioBufferBytes: number;
  readonly keepAlive: boolean;
  readonly lbset: number;
  /** `loadfactor` x 100, an integer. */
  readonly lbfactor: number;
  /** Most connections to this backend at a time, for the whole gateway; 0: `DEFAULT_MAX_CONNECTIONS`. */
  readonly max: number;
  readonly min: number;
  /** Most idle connections that `ttl` does not touch; undefined: as `max`. */
  readonly smax: number | undefined;
  /** undefined: `DEFAULT_IDLE_MS`. */
  readonly ttlMs: number | undefined;
  readonly pingMs: number | undefined;
  readonly receiveBufferBytes: number;
  /** Route of the member that takes over sticky requests. */
  readonly redirect: string;
  readonly responseFieldBytes: number;
  /** How long an error keeps the member out; 0: it is tried at once. */
  readonly retryMs: number;
  readonly route: string;
  readonly secret: string;
  /** Flags that `status=` sets, one bit each of `STATUS`. */
  readonly status: number;
  /** Inactivity limit; undefined: ProxyTimeout, else Timeout, which the caller knows. */
  readonly timeoutMs: number | undefined;
  readonly upgrade: string;
  readonly healthCheck: HealthCheckSettings | undefined;
}

/** @source httpd mod_proxy_hcheck */
export interface HealthCheckSettings {
  readonly method: 'TCP' | 'OPTIONS' | 'HEAD' | 'GET' | 'OPTIONS11' | 'HEAD11' | 'GET11';
  readonly intervalMs: number;
  readonly passes: number;
  readonly fails: number;
  readonly uri: string;
  /** Name of a ProxyHCExpr. */
  readonly expr: string;
}

export const DEFAULT_IO_BUFFER_BYTES = 8192;

/** Compiled-in MaxRequestWorkers of httpd's event MPM (16 processes of 25 threads): it never has more at a time. */
export const DEFAULT_MAX_CONNECTIONS = 400;

/** httpd resolves once and believes it for ever; a moved backend is then lost until a restart. */
export const DEFAULT_ADDRESS_TTL_MS = 60_000;

/** httpd keeps idle connections for ever, and with them the children of an application that others need, too. */
export const DEFAULT_IDLE_MS = 10_000;

/** What a parameter is when no line gives it. */
export const WORKER_DEFAULTS: Omit<WorkerSettings, 'name' | 'scheme' | 'host' | 'port' | 'socketPath'> = {
  acquireMs: undefined,
  addressTtlMs: undefined,
  connectTimeoutMs: undefined,
  reuse: undefined,
  flushPackets: 'off',
  flushWaitMs: 10,
  ioBufferBytes: 0,
  keepAlive: false,
  lbset: 0,
  lbfactor: 100,
  max: 0,
  min: 0,
  smax: undefined,
  ttlMs: undefined,
  pingMs: undefined,
  receiveBufferBytes: 0,
  redirect: '',
  responseFieldBytes: 0,
  retryMs: 60_000,
  route: '',
  secret: '',
  status: 0,
  timeoutMs: undefined,
  upgrade: '',
  healthCheck: undefined,
};
