export type LbMethodName = 'byrequests' | 'bytraffic' | 'bybusyness';

/** The parameters of a balancer as the configuration gives them: plain data, times in milliseconds. */
export interface BalancerSettings {
  /** `balancer://name`, lower case, without a path. */
  readonly name: string;
  readonly lbmethod: LbMethodName;
  /** undefined: members - 1. */
  readonly maxAttempts: number | undefined;
  readonly noFailover: boolean;
  /** Names of the cookie and of the URL parameter; undefined: not sticky. */
  readonly stickySession: { readonly cookie: string; readonly param: string } | undefined;
  /** One character; '' for `Off`: the whole value is the route. */
  readonly stickySeparator: string;
  readonly scolonPathDelim: boolean;
  /** How long to wait for a member when none is usable; 0: not at all. */
  readonly waitMs: number;
  readonly failOnStatus: readonly number[];
  readonly failOnTimeout: boolean;
  readonly forceRecovery: boolean;
  /** undefined: random; '' for `None`. */
  readonly nonce: string | undefined;
  readonly growth: number;
}

export const BALANCER_DEFAULTS: Omit<BalancerSettings, 'name'> = {
  lbmethod: 'byrequests',
  maxAttempts: undefined,
  noFailover: false,
  stickySession: undefined,
  stickySeparator: '.',
  scolonPathDelim: false,
  waitMs: 0,
  failOnStatus: [],
  failOnTimeout: false,
  forceRecovery: true,
  nonce: undefined,
  growth: 0,
};
