import type { Span } from '../source/source.ts';
import type { ListenAddress } from './listen-address.ts';
import type { LogStyle } from './log/outputs.ts';
import type { RunAs } from './privileges.ts';

/** An address to open, and the line that asks for it. */
export interface PlacedAddress {
  readonly address: ListenAddress;
  readonly span: Span | undefined;
}

/** What a serving process needs to know beside the rows. Plain data: goes to other processes as it is. */
export interface ServerSettings {
  readonly listen: readonly ListenAddress[];
  readonly logStyle: LogStyle;
  /** Error log of a server that names none; undefined: standard error. */
  readonly errorLog: string | undefined;
  /** Who serves; undefined: whoever started the gateway. */
  readonly runAs: RunAs | undefined;
  /** ListenBacklog. */
  readonly backlog: number;
  /** Requests in flight at a graceful stop get this long; 0: as long as they need. */
  readonly gracefulTimeoutMs: number;
}
