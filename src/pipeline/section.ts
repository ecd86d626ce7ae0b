import type { Span } from '../source/source.ts';
import type { DirConfig } from './dir-config.ts';
import type { RequestRecord } from './request.ts';

export type SectionKind =
  | 'directory'
  | 'directoryMatch'
  | 'files'
  | 'filesMatch'
  | 'location'
  | 'locationMatch'
  | 'proxy'
  | 'proxyMatch'
  | 'if'
  | 'elseIf'
  | 'else';

/** A planned section: when it applies, and what it adds. */
export interface Section {
  readonly kind: SectionKind;
  /** The argument as the section is compared: path, URL prefix, wildcard or regular expression. */
  readonly argument: string;
  readonly span: Span;
  readonly config: DirConfig;
  /**
   * Whether the section applies to a subject (path, file name, URI, URL, by kind). Regex sections set the
   * `MATCH_*` variables of their named groups in `req.subprocessEnv`.
   */
  matches(subject: string, req: RequestRecord): boolean;
  /** Its pattern has named groups. */
  readonly setsVariables: boolean;
  /** Path components (`directory`) or slashes in the pattern (`directoryMatch`), for sorting. */
  readonly depth: number;
}
