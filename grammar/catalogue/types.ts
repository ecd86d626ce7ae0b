/** httpd's argument shapes (`include/http_config.h`). */
export type ArgShape =
  | 'RAW_ARGS' | 'NO_ARGS' | 'TAKE1' | 'TAKE2' | 'TAKE12' | 'TAKE3' | 'TAKE23' | 'TAKE123' | 'TAKE13'
  | 'ITERATE' | 'ITERATE2' | 'FLAG' | 'TAKE_ARGV';

/** The `AllowOverride` classes that admit a directive in `.htaccess`; empty: never. */
export type OverrideClass = 'AuthConfig' | 'FileInfo' | 'Indexes' | 'Limit' | 'Options';

/** One row of httpd's command tables. */
export interface CatalogueRow {
  /** Canonical spelling; sections are written with their `<`, as in `<Directory`. */
  readonly name: string;
  readonly shape: ArgShape;
  /** Legal at server and vhost level (RSRC_CONF). */
  readonly server: boolean;
  /** Legal inside per-directory sections (ACCESS_CONF). */
  readonly directory: boolean;
  readonly override: readonly OverrideClass[];
  /** Executed while reading (EXEC_ON_READ). */
  readonly onRead?: true;
}

/** One httpd module: its identifier (`alias_module`), source name (`mod_alias.c`) and directives. */
export interface ModuleCatalogue {
  readonly module: string;
  readonly identifier: string;
  readonly source: string;
  /** Compiled into Debian's binary. */
  readonly builtIn: boolean;
  readonly directives: Readonly<Record<string, CatalogueRow>>;
}
