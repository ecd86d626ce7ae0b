/** Where a backend listens: what connections, slots and idle connections are counted by. */
export interface BackendAddress {
  /** `unix:/path` or `host:port`, unique for each backend. */
  readonly key: string;
  readonly socketPath: string | undefined;
  /** Lower case, without brackets. */
  readonly host: string;
  readonly port: number;
  /** `ProxySourceAddress`. */
  readonly localAddress: string | undefined;
}

/** The address of a worker's backend. */
export function backendAddress(
  at: { readonly host: string; readonly port: number; readonly socketPath: string | undefined },
  localAddress?: string,
): BackendAddress {
  const place = at.socketPath === undefined ? `${at.host}:${at.port}` : `unix:${at.socketPath}`;
  return {
    key: localAddress === undefined ? place : `${place} from ${localAddress}`,
    socketPath: at.socketPath,
    host: at.host,
    port: at.port,
    localAddress,
  };
}
