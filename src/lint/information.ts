import type { Span } from '../source/source.ts';

/** A pool of a PHP-FPM configuration (`--fpm-pool`). */
export interface FpmPool {
  readonly name: string;
  readonly path: string;
  /** `listen`: `/run/php.sock`, `127.0.0.1:9000`, `9000`. */
  readonly listen: string | undefined;
  readonly maxChildren: number | undefined;
  /** Seconds; 0: none. */
  readonly requestTerminateTimeout: number | undefined;
  readonly limitExtensions: readonly string[] | undefined;
  readonly settings: ReadonlyMap<string, string>;
  readonly span?: Span;
}

/** What a php.ini says (`--php-ini`). */
export interface PhpSettings {
  readonly path: string;
  readonly settings: ReadonlyMap<string, string>;
}
