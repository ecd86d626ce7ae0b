/** The modules compiled into Debian's binary, in its order. */
const BUILT_IN = [
  'core_module',
  'so_module',
  'watchdog_module',
  'http_module',
  'log_config_module',
  'logio_module',
  'version_module',
  'unixd_module',
];

/** The modules with those that are always there first, in httpd's order; the others keep theirs. */
export function inHttpdOrder<M extends { readonly identifier: string }>(modules: readonly M[]): readonly M[] {
  const place = ({ identifier }: M): number => {
    const at = BUILT_IN.indexOf(identifier);
    return at < 0 ? BUILT_IN.length : at;
  };
  return [...modules].sort((a, b) => place(a) - place(b));
}
