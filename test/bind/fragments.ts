import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCaseFile } from '../harness/case-file.ts';

/** Where a line may stand: what opens the place, and what closes it. */
const PLACES: readonly (readonly [open: string, close: string])[] = [
  ['', ''],
  ['<Directory /tmp>', '</Directory>'],
  ['<Location /x>', '</Location>'],
  ['<Files x>', '</Files>'],
  ['<VirtualHost *:80>', '</VirtualHost>'],
  ['<If "true">', '</If>'],
  ['<Proxy *>', '</Proxy>'],
  ['<Limit GET>', '</Limit>'],
  ['<Directory /tmp>\n<Limit POST>', '</Limit>\n</Directory>'],
  ['<Location /x>\n<RequireAll>\nRequire all granted', '</RequireAll>\n</Location>'],
  ['<VirtualHost *:80>\n<Location /y>\n<If "true">', '</If>\n</Location>\n</VirtualHost>'],
  ['<AuthnProviderAlias file f>', '</AuthnProviderAlias>'],
  ['<Else>', '</Else>'],
  ['<Macro m $a>', '</Macro>\nUse m x'],
];

const LINES: readonly string[] = [
  'Options +Indexes -None',
  'Require not ip 1.2.3.4',
  'ProxyPass /a fcgi://h timeout=5',
  'ProxyPassReverse /a http://x/',
  'Alias /a',
  'RewriteRule ^a$ /b [R=301,L',
  'RewriteCond "%{HTTP_HOST}" "^x$" [NC]',
  'ErrorDocument 404 "a',
  'Header set X "%{Y}e" "expr=a"',
  'SetEnvIf Host "^(a" b',
  'CacheDisable on',
  'AllowOverride Options=Foo',
  '<Limit GET>\n</Limit>',
  '<Directory ~ "x" y>\nNope\n</Directory>',
  'SetHandler "proxy:fcgi://x|%{"',
  'LogFormat "%{x}z" a b',
  'DirectoryIndex a \\\n b "c',
];

/** Quotes, escapes and brackets that are easily read in more than one way. */
const SPELLINGS: readonly string[] = [
  'LogFormat "%{SSL_PROTOCOL}x %{version}c" a',
  'SetEnv A "b',
  "SetEnv A 'b c' d",
  'SetEnv "" b',
  'SetEnv A b\\',
  'DirectoryIndex a"b "c"d',
  'ServerAlias "a\\"b"',
  'ServerAdmin "a b" c',
  '<Files "a">b"></Files>\n</Files>',
  '<Directory /x\nOptions None\n</Directory>',
  '<Directory /x>\nOptions None\n</Directory',
  '<Directory /x>\nOptions None\n</directory >',
  '<If "true">\n</If>\n<Else\n</Else>',
  '<If true && false>\n</If>',
  '<IfModule !nope.c>\nNope\n</IfModule>',
  '<IfDefine>\n</IfDefine>',
  '<IfVersion >= 2.4>\nNope\n</IfVersion>',
  'Define A "b c"\nSetEnv ${A} ${NOPE}',
  'UnDefine',
  '<Macro m $a $ab>\nSetEnv $a $ab\n</Macro>\nUse m 1 2',
  '<Macro m>\nNope\n</Macro>\nUse m',
  'Use nothing',
  'Include nowhere.conf',
  'IncludeOptional nowhere/*.conf',
  'Options \\\nNone',
  '# a comment \\\nNope',
  '</Directory>',
  '<Directory /x>\n<Files y>\n</Directory>\n</Files>',
  'Error "on purpose"',
];

/** Fragments, each with a name, from the same lists in the same order on every run. */
export function systematicFragments(): readonly string[] {
  const placed = LINES.flatMap((line, i) =>
    PLACES.filter((_place, j) => (i * 5 + j) % 6 === 0 || j === 0).map(([open, close]) =>
      [open, line, close].filter((part) => part !== '').join('\n'),
    ),
  );
  return [...SPELLINGS, ...placed];
}

const CASES = join(import.meta.dirname, '../cases');

/** What the differential cases configure, with harmless values for their placeholders. */
export function caseFragments(docroot: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const topic of readdirSync(CASES)) {
    for (const file of readdirSync(join(CASES, topic))) {
      if (!file.endsWith('.case')) continue;
      const { id, conf, starts } = readCaseFile(join(CASES, topic, file), `${topic}/${file}`);
      for (const trial of [{ name: 'conf', conf }, ...starts]) {
        const text = trial.conf.replaceAll(/@([A-Z][A-Z0-9]*)@/g, (_whole, name: string) =>
          /^(?:PORT|[A-Z][0-9])$/.test(name) ? '29998' : docroot,
        );
        if (text.trim() !== '') found.set(`${id}: ${trial.name}`, text);
      }
    }
  }
  return found;
}

const DEBIAN = '/etc/apache2';

/** The files that Debian's packages bring along, without those that load modules. */
export function debianFragments(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const folder of ['conf-available', 'mods-available', 'sites-available']) {
    const directory = join(DEBIAN, folder);
    if (!existsSync(directory)) continue;
    for (const file of readdirSync(directory)) {
      if (!file.endsWith('.conf') || file.startsWith('mpm_')) continue;
      found.set(`${folder}/${file}`, readFileSync(join(directory, file), 'latin1').trimEnd());
    }
  }
  return found;
}
