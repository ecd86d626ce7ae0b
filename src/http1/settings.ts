import type { HeadLimits } from './request-head.ts';

/** How long a part of a request may take; each further byte in time wins some more. */
export interface ReadTimeout {
  /** 0: no limit. */
  readonly initialMs: number;
  /** The limit never grows beyond this; undefined: it may. */
  readonly maxMs: number | undefined;
  /** Bytes a second that keep the limit away; 0: the limit does not grow. */
  readonly minRate: number;
}

/** `RequestReadTimeout`. */
export interface ReadTimeouts {
  readonly handshake: ReadTimeout;
  readonly header: ReadTimeout;
  readonly body: ReadTimeout;
}

/** httpd's values where `RequestReadTimeout` does not say otherwise; the handshake's is ours. */
export const DEFAULT_READ_TIMEOUTS: ReadTimeouts = {
  handshake: { initialMs: 5000, maxMs: undefined, minRate: 0 },
  header: { initialMs: 20_000, maxMs: 40_000, minRate: 500 },
  body: { initialMs: 20_000, maxMs: undefined, minRate: 500 },
};

/** What a server's config says about its client connections. */
export interface FrontSettings extends HeadLimits {
  /** `Timeout`: a client that takes or gives nothing for so long is given up. */
  readonly timeoutMs: number;
  readonly keepAlive: boolean;
  readonly keepAliveTimeoutMs: number;
  /** 0: no limit. */
  readonly maxKeepAliveRequests: number;
  readonly readTimeouts: ReadTimeouts;
}

/** httpd's defaults, and the stricter ones of the gateway. */
export const DEFAULT_FRONT_SETTINGS: FrontSettings = {
  limitRequestLine: 8190,
  limitRequestFieldSize: 8190,
  limitRequestFields: 100,
  isStrict: true,
  allows09: false,
  lenientMethods: true,
  registeredMethods: [],
  timeoutMs: 60_000,
  keepAlive: true,
  keepAliveTimeoutMs: 5000,
  maxKeepAliveRequests: 100,
  readTimeouts: DEFAULT_READ_TIMEOUTS,
};
