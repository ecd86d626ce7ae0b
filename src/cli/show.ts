import { MODULES as CATALOGUE } from '../../grammar/catalogue/modules.ts';
import type { CatalogueRow } from '../../grammar/catalogue/types.ts';
import { MODULES } from '../modules/index.ts';
import { HTTPD_VERSION, SERVER_SOFTWARE } from '../pipeline/server-version.ts';
import { inHttpdOrder } from './built-in.ts';
import { GATEWAY_VERSION } from './version.ts';

/** Text of `-v`; its first line is the one that scripts look at. */
export function versionText(): string {
  return `Server version: ${SERVER_SOFTWARE}\nServer built:   httpd-gateway ${GATEWAY_VERSION}\n`;
}

/** The module interface of the httpd that is followed; test suites and packages read it from `-V`. */
const MODULE_MAGIC_NUMBER = '20120211:142';

/**
 * Text of `-V`, in lines that httpd's own test suite and packaging scripts look for.
 *
 * @source httpd server/main.c `show_compile_settings`
 */
export function buildText(): string {
  const settings = [
    ['HTTPD_ROOT', '/etc/apache2'],
    ['DEFAULT_ERRORLOG', 'logs/error_log'],
    ['AP_TYPES_CONFIG_FILE', 'mime.types'],
    ['SERVER_CONFIG_FILE', 'apache2.conf'],
  ];
  return [
    versionText().trimEnd(),
    `Server's Module Magic Number: ${MODULE_MAGIC_NUMBER}`,
    `Behaves as:     httpd ${HTTPD_VERSION}`,
    `Runs on:        Node.js ${process.version}`,
    `Architecture:   ${process.arch === 'ia32' || process.arch === 'arm' ? 32 : 64}-bit`,
    'Server MPM:     event',
    '  threaded:     no (one loop for each process)',
    '    forked:     yes (variable process count)',
    'Server compiled with....',
    ' -D APR_HAVE_IPV6 (IPv4-mapped addresses enabled)',
    ' -D AP_HAVE_RELIABLE_PIPED_LOGS',
    ...settings.map(([name, value]) => ` -D ${name}="${value}"`),
    '',
  ].join('\n');
}

/** Text of `-l`. */
export function builtInText(): string {
  const sources = inHttpdOrder(CATALOGUE.filter((module) => module.builtIn)).map(
    (module) => `  ${module.source}\n`,
  );
  return `Compiled in modules:\n${sources.join('')}`;
}

/** Text of `-L`: each directive, what becomes of it, and where it may stand. */
export function directivesText(): string {
  let text = '';
  for (const module of MODULES) {
    const source = CATALOGUE.find((entry) => entry.module === module.name)?.source ?? `${module.name}.c`;
    for (const [name, definition] of Object.entries(module.directives)) {
      const row = module.rows[name];
      if (row === undefined) continue;
      text += `${name} (${source})\n`;
      if ('notServed' in definition) text += `\tnot served: ${definition.notServed}\n`;
      else if ('accepted' in definition) text += `\taccepted, without effect: ${definition.accepted}\n`;
      text += `\t${placesOf(row)}\n`;
      if (row.override.length > 0) text += `\twhen AllowOverride includes ${row.override.join(' or ')}\n`;
    }
  }
  return text;
}

function placesOf(row: CatalogueRow): string {
  const inHtaccess = row.override.length > 0 ? ' and in .htaccess' : '';
  if (row.server && row.directory) return `Allowed in *.conf anywhere${inHtaccess}`;
  if (row.directory)
    return `Allowed in *.conf only inside <Directory>, <Files>, <Location>, or <If>${inHtaccess}`;
  return `Allowed in *.conf only outside <Directory>, <Files>, <Location>, or <If>${inHtaccess}`;
}
