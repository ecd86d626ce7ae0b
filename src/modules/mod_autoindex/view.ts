import type { RequestRecord } from '../../pipeline/request.ts';
import { escapePath, unescapePath } from '../../pipeline/url.ts';
import {
  INDEX_OPTION,
  optionsOf,
  type AutoindexDirConfig,
  type SortDirection,
  type SortKey,
} from './config.ts';

/** How a client sees a directory: what the configuration says, changed by its query. */
export interface View {
  readonly options: number;
  readonly key: SortKey;
  readonly direction: SortDirection;
  /** Only names that match this wildcard; undefined: all. */
  readonly pattern: string | undefined;
  /** The parts of the query that links to other orders keep, each with a semicolon before it. */
  readonly kept: string;
}

/**
 * The view that a request asks for. The query is read up to the first part that is none of `C` (column), `O` (order),
 * `F` (format), `V` (version sort) and `P` (pattern).
 *
 * @source httpd mod_autoindex.c `index_directory`
 */
export function viewOf({ args }: RequestRecord, config: AutoindexDirConfig): View {
  let options = optionsOf(config);
  let key = config.sortKey ?? 'N';
  let direction = config.sortDirection ?? 'A';
  if (options & INDEX_OPTION.ignoreClient) {
    options |= INDEX_OPTION.suppressColumnSorting;
    return { options, key, direction, pattern: undefined, kept: '' };
  }
  let format = '';
  let version = '';
  let pattern: string | undefined;
  let keptPattern = '';
  for (const part of (args ?? '').split(/[&;]/)) {
    const name = part[0];
    const value = part.slice(2);
    if (part[1] !== '=') break;
    if (name === 'C' && isOneOf(value, 'NMSD')) key = value as SortKey;
    else if (name === 'O' && isOneOf(value, 'AD')) direction = value as SortDirection;
    else if (name === 'F' && isOneOf(value, '012')) {
      options = formatted(options, value);
      format = `;F=${value}`;
    } else if (name === 'V' && isOneOf(value, '01')) {
      options = value === '1' ? options | INDEX_OPTION.versionSort : options & ~INDEX_OPTION.versionSort;
      version = `;V=${value}`;
    } else if (name === 'P') {
      const decoded = value === '' ? undefined : unescapePath(value, 'refuse');
      pattern = decoded?.status === undefined ? decoded?.path : undefined;
      if (pattern !== undefined) keptPattern = `;P=${escapePath(pattern)}`;
    } else break;
  }
  return { options, key, direction, pattern, kept: format + version + keptPattern };
}

function isOneOf(value: string, letters: string): boolean {
  return value.length === 1 && letters.includes(value);
}

/** 0: a plain list; 1: columns of text; 2: a table. */
function formatted(options: number, format: string): number {
  const { fancy, table } = INDEX_OPTION;
  if (format === '0') return options & ~(fancy | table);
  return format === '1' ? (options | fancy) & ~table : options | fancy | table;
}
