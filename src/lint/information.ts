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

interface IniLine {
  readonly section: string;
  readonly key: string;
  readonly value: string;
}

/** The settings of an ini file in order; lines that are none are passed over, as PHP's reader is lenient too. */
function readIni(text: string): IniLine[] {
  const lines: IniLine[] = [];
  let section = '';
  for (const line of text.replace(/^\u00ef\u00bb\u00bf/, '').split(/\r?\n|\r/)) {
    const head = /^\s*\[([^\]]*)\]/.exec(line);
    if (head) {
      section = head[1]!.trim();
      continue;
    }
    const setting = /^\s*([^;#=\s[][^=]*?)\s*=\s*(.*)$/.exec(line);
    if (setting) lines.push({ section, key: setting[1]!, value: readValue(setting[2]!) });
  }
  return lines;
}

/** A value without its quotes and without the comment behind it. */
function readValue(text: string): string {
  const quoted = /^"([^"]*)"|^'([^']*)'/.exec(text);
  if (quoted) return quoted[1] ?? quoted[2] ?? '';
  return text.replace(/\s*;.*$/, '').trim();
}

/** Seconds of a PHP-FPM time such as `30`, `30s`, `5m`, `1h` or `1d`; undefined when it is none. */
function readSeconds(text: string | undefined): number | undefined {
  const found = /^([0-9]+)([smhd]?)$/.exec(text ?? '');
  if (!found) return undefined;
  return (
    Number(found[1]) * { '': 1, s: 1, m: 60, h: 3600, d: 86_400 }[found[2] as '' | 's' | 'm' | 'h' | 'd']
  );
}

/** A count; undefined when it is no number, such as a variable that the package fills in. */
function readCount(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]+$/.test(text) ? Number(text) : undefined;
}

/**
 * The pools of one PHP-FPM file; `$pool` in values stands for the pool's name. A value that is not set is undefined:
 * what the file does not say may stand elsewhere.
 */
export function readFpmPools(path: string, text: string): FpmPool[] {
  const bySection = new Map<string, Map<string, string>>();
  for (const { section, key, value } of readIni(text)) {
    if (section === '' || section.toLowerCase() === 'global') continue;
    const settings = bySection.get(section) ?? new Map<string, string>();
    settings.set(key, value.replaceAll('$pool', section));
    bySection.set(section, settings);
  }
  return [...bySection].map(([name, settings]) => {
    const extensions = settings.get('security.limit_extensions');
    return {
      name,
      path,
      listen: settings.get('listen'),
      maxChildren: readCount(settings.get('pm.max_children')),
      requestTerminateTimeout: readSeconds(settings.get('request_terminate_timeout')),
      limitExtensions: extensions?.split(/[\s,]+/).filter((extension) => extension !== ''),
      settings,
    };
  });
}

/** The settings of a php.ini; sections of single hosts and paths (`[HOST=…]`, `[PATH=…]`) do not count. */
export function readPhpSettings(path: string, text: string): PhpSettings {
  const settings = new Map<string, string>();
  for (const { section, key, value } of readIni(text)) {
    if (!/^(host|path)\s*=/i.test(section)) settings.set(key.toLowerCase(), value);
  }
  return { path, settings };
}
