import type { Block, Draft } from './draft.ts';
import { type Random, seededRandom } from './random.ts';

export type Maker = (random: Random) => Block;

const URL_PATHS = [
  '/',
  '/a',
  '/a/',
  '/a/b',
  '/a/b/',
  '/b',
  '/b/x',
  '/sub',
  '/app',
  '/app/',
  '/a/i.php',
  '/A',
] as const;
const FILE_NAMES = ['f.txt', 'i.php', 'index.php', 'index.html', 'x.html', 'f.php.txt', 'n'] as const;
const DIRECTORIES = ['', 'a/', 'a/b/', 'b/', 'sub/', 'sub/a/'] as const;
const PATTERNS = [
  '^/a',
  '/b/',
  '\\.php$',
  '^/(a|b)/(.*)$',
  '/([^/]+)$',
  '(?<part>[a-z]+)',
  '^/a/b',
  'x',
  '^/sub(/.*)?$',
] as const;
const NAMES = ['V1', 'V2', 'V3'] as const;
export const BACKENDS = [
  'fcgi://localhost:@F1@',
  'fcgi://127.0.0.1:@F2@',
  'unix:@SOCK3@|fcgi://localhost',
] as const;
const EXPRESSIONS = [
  'true',
  'false',
  "%{QUERY_STRING} == 'q=1'",
  '%{REQUEST_URI} =~ m#^/a/(.*)#',
  "%{REQUEST_METHOD} in { 'GET', 'HEAD' }",
  "-n %{req:X-A} && !(%{HTTP_HOST} == 'v2.test')",
  '-f %{REQUEST_FILENAME}',
  "reqenv('V1') == '1' || %{QUERY_STRING} -gt 0",
] as const;

export const line = (text: string): Block => ({ text });
export const some = (random: Random, makers: readonly [Maker, ...Maker[]], most: number): readonly Block[] =>
  Array.from({ length: 1 + random.below(most) }, () => random.pick(makers)(random));

function target(random: Random): string {
  return random.pick([
    '/a',
    '/a/',
    '/sub/i.php',
    '/moved',
    '/x?q=2',
    'http://o.example/r',
    'http://o.example',
    '/sp ace',
  ]);
}

function handler(random: Random): string {
  const tail = random.pick(['', '', '/', '/pre']);
  return random.chance(0.15) ? 'None' : `"proxy:${random.pick(BACKENDS)}${tail}"`;
}

/** Directives that may stand in any section and in .htaccess. */
export const PER_DIRECTORY: readonly [Maker, ...Maker[]] = [
  (r) => line(`SetEnv ${r.pick(NAMES)} d${r.below(100)}`),
  (r) =>
    line(
      `SetEnvIf ${r.pick(['Request_URI', 'X-A', 'V1', 'Request_Method'])} "${r.pick(['.', 'a(.*)', '^$', 'x', 'GET'])}" ${r.pick(NAMES)}=i${r.below(100)}`,
    ),
  (r) => line(`SetEnvIf Request_URI "([^/]*)$" ${r.pick(NAMES)}=$1`),
  (r) => line(`UnsetEnv ${r.pick(NAMES)}`),
  (r) =>
    line(
      `Require ${r.pick(['all granted', 'all granted', 'all denied', 'ip 127', 'method GET', 'env V1', 'expr "%{QUERY_STRING} == \'q=1\'"'])}`,
    ),
  (r) => line(`SetHandler ${handler(r)}`),
  (r) => line(`ForceType ${r.pick(['text/x-forced', 'None'])}`),
  (r) =>
    line(
      `ErrorDocument ${r.pick([404, 403, 500])} ${r.pick(['"text %{REQUEST_URI}"', '/a/i.php?e=1', '/a/x.html', '/missing', 'http://o.example/e', 'default'])}`,
    ),
  (r) =>
    line(
      `DirectoryIndex ${r.pick(['i.php', 'x.html i.php', 'index.html', 'disabled', '/a/i.php', 'none.html'])}`,
    ),
  (r) => line(`Redirect ${r.pick(['', 'permanent ', '303 '])}"${r.pick(URL_PATHS)}" "${target(r)}"`),
  (r) => line(`RedirectMatch "${r.pick(PATTERNS)}" "/rm/$1$2"`),
  (r) => line(`Redirect gone "${r.pick(URL_PATHS)}"`),
  (r) => line(`AcceptPathInfo ${r.pick(['On', 'Off', 'Default'])}`),
  (r) => line(`AddType text/x-${r.pick(['one', 'two'])} .${r.pick(['txt', 'php', 'html'])}`),
  (r) => line(`AddHandler ${handler(r)} .${r.pick(['txt', 'html'])}`),
  (r) => line(`AddDefaultCharset ${r.pick(['utf-8', 'On', 'Off'])}`),
  (r) => line(`FallbackResource ${r.pick(['/a/i.php', '/sub/index.html', 'disabled', '/none'])}`),
  (r) => line(`DirectorySlash ${r.pick(['On', 'Off'])}`),
  (r) => line(`ProxyFCGIBackendType ${r.pick(['GENERIC', 'FPM'])}`),
  (r) => line(`ProxyFCGISetEnvIf "${r.pick(EXPRESSIONS)}" ${r.pick(NAMES)} "x-%{reqenv:V1}"`),
  // httpd crashes on $1 when no regular expression has been tried yet, so the condition has one.
  (r) => line(`ProxyFCGISetEnvIf "%{REQUEST_URI} =~ m#^/(.)(.*)#" ${r.pick(NAMES)} "y-$1-%{reqenv:V1}"`),
  (r) => line(`CGIPassAuth ${r.pick(['On', 'Off'])}`),
  (r) => line(`SetEnvIfExpr "${r.pick(EXPRESSIONS)}" ${r.pick(NAMES)}=e${r.below(100)}`),
  (r) => line(`Options ${r.pick(['None', 'FollowSymLinks', '-FollowSymLinks', '+Indexes', 'All'])}`),
  (r) => line(`AuthMerging ${r.pick(['And', 'Or', 'Off'])}`),
  (r) => line(`RedirectRelative ${r.pick(['On', 'Off'])}`),
  (r) => line(`AddLanguage ${r.pick(['de', 'en'])} .${r.pick(['html', 'txt'])}`),
  (r) => line(`RemoveType .${r.pick(['html', 'txt'])}`),
  (r) => line(`QualifyRedirectURL ${r.pick(['On', 'Off'])}`),
  (r) => line(`UnsetEnv ${r.pick(NAMES)} ${r.pick(NAMES)}`),
  (r) => ({
    text: r.pick(['<RequireAny>', '<RequireAll>']),
    children: [
      line(`Require ${r.pick(['all granted', 'ip 127.0.0.0/8', 'method GET'])}`),
      line(`Require ${r.pick(['env V1', 'not env V2', 'method HEAD', 'ip 10', 'expr "true"'])}`),
    ],
  }),
  (r) => ({ text: `<If "${r.pick(EXPRESSIONS)}">`, children: some(r, SIMPLE, 2) }),
  (r) => ({ text: '<IfModule mod_alias.c>', children: some(r, SIMPLE, 2) }),
  (r) => ({
    text: `<Limit ${r.pick(['GET', 'POST PUT'])}>`,
    children: [line(`Require all ${r.pick(['granted', 'denied'])}`)],
  }),
];

const SIMPLE = PER_DIRECTORY.slice(0, 8) as unknown as readonly [Maker, ...Maker[]];

const filesSection: Maker = (r) => ({
  text: r.chance(0.5)
    ? `<Files "${r.pick(['i.php', '*.txt', '?.txt', 'index.*', 'n', 'none'])}">`
    : `<FilesMatch "${r.pick(['\\.php$', '^[if]\\.', '(?<base>.*)\\.txt$', 'x'])}">`,
  children: some(r, PER_DIRECTORY, 3),
});

const directorySection: Maker = (r) => {
  const children: Block[] = [...some(r, PER_DIRECTORY, 3)];
  if (r.chance(0.3)) children.push(filesSection(r));
  const path = `@DOCROOT@/${r.pick(['', 'a', 'a/b', 'a/', '*', 'sub', 'a/*', 'b', 'nope', 's?b'])}`;
  if (r.chance(0.75)) {
    if (r.chance(0.5))
      children.unshift(
        line(`AllowOverride ${r.pick(['All', 'All', 'None', 'FileInfo', 'AuthConfig Limit Indexes'])}`),
      );
    return { text: `<Directory "${path}">`, children };
  }
  return {
    text: `<DirectoryMatch "${r.pick(['/a', '/b$', 'docroot/(?<dir>[^/]+)', '\\.php$', '^/'])}">`,
    children,
  };
};

const locationSection: Maker = (r) => {
  const children: Block[] = [...some(r, PER_DIRECTORY, 3)];
  if (r.chance(0.2))
    children.push(
      line(`ProxyPass "${r.pick(['!', 'fcgi://localhost:@F1@/lp', 'fcgi://localhost:@F1@/lp/'])}"`),
    );
  if (r.chance(0.1)) children.push(line(`Alias "@DOCROOT@/${r.pick(['a/f.txt', 'sub'])}"`));
  return {
    text: r.chance(0.6)
      ? `<Location "${r.pick([...URL_PATHS, '/a/*', '/*/b', '/s?b'] as [string, ...string[]])}">`
      : `<LocationMatch "${r.pick(PATTERNS)}">`,
    children,
  };
};

/** The members that requests to the generated balancer are shared between. */
export const POOL: Block = {
  text: '<Proxy "balancer://pool">',
  children: [
    line('BalancerMember "fcgi://localhost:@F1@/one" route=a'),
    line('BalancerMember "fcgi://localhost:@F2@/two" loadfactor=2'),
  ],
};

const proxySection: Maker = (r) => ({
  text: r.chance(0.6)
    ? `<Proxy "${r.pick(['fcgi://localhost:@F1@/', 'fcgi://*', '*', 'fcgi://localhost:@F1@/p', 'fcgi://127.0.0.1:@F2@'])}">`
    : `<ProxyMatch "${r.pick(['/p', '(?<rest>[^/]+)$', '^fcgi:'])}">`,
  children: some(r, SIMPLE, 2),
});

export const SERVER: readonly [Maker, ...Maker[]] = [
  (r) =>
    line(`Alias "${r.pick(URL_PATHS)}" "@DOCROOT@/${r.pick(['a', 'a/', 'b', 'sub/a', 'nope', 'a/f.txt'])}"`),
  (r) => line(`AliasMatch "${r.pick(PATTERNS)}" "@DOCROOT@/a/${r.pick(['$1', 'f.txt', 'i.php'])}"`),
  (r) =>
    line(
      `ProxyPass "${r.pick(URL_PATHS)}" "${r.pick(['!', 'fcgi://localhost:@F1@/p', 'fcgi://localhost:@F1@/p/', 'fcgi://127.0.0.1:@F2@/', 'unix:@SOCK3@|fcgi://localhost/u/', 'fcgi://localhost:@F1@/', 'balancer://pool/b'])}"`,
    ),
  (r) =>
    line(`ProxyPassMatch "${r.pick(PATTERNS)}" "fcgi://localhost:@F1@/m/${r.pick(['$1', '', '$0', 'x$2'])}"`),
  (r) => line(`AllowEncodedSlashes ${r.pick(['On', 'Off', 'NoDecode'])}`),
  (r) => line(`MergeSlashes ${r.pick(['On', 'Off'])}`),
  () => line('ProxyErrorOverride On 404'),
  (r) => line(`UseCanonicalName ${r.pick(['On', 'Off'])}`),
  (r) =>
    line(
      `Action ${r.pick(['text/html', 'text/plain', 'run'])} ${r.pick(['/a/i.php', '/sub/i.php', '/none'])}`,
    ),
  (r) =>
    line(
      `ProxyPass "${r.pick(URL_PATHS)}" "fcgi://localhost:@F1@/nc/" ${r.pick(['nocanon', 'mapping=encoded', 'noquery'])}`,
    ),
  (r) => line(`LimitRequestBody ${r.pick([0, 2, 100])}`),
  locationSection,
  locationSection,
  directorySection,
  directorySection,
  filesSection,
  proxySection,
  (r) => r.pick(PER_DIRECTORY)(r),
  (r) => r.pick(PER_DIRECTORY)(r),
];

export function isForServer(block: Block): boolean {
  return !/^(?:Require|<Limit|CGIPassAuth|AcceptPathInfoNever)/.test(block.text);
}

function serverBlocks(random: Random, most: number): readonly Block[] {
  return some(random, SERVER, most).filter(isForServer);
}

function requestLine(random: Random): string {
  const segments = [
    'a',
    'a',
    'b',
    'sub',
    'app',
    'i.php',
    'f.txt',
    'x.html',
    'index.php',
    'n',
    'nope',
    'A',
    '%61',
    'a%20b',
    '..',
    '.',
    '',
    'p%2Fq',
    'f.php.txt',
    '%C3%A9',
    'x;y=1',
  ] as const;
  const depth = random.below(4);
  let path = '';
  for (let index = 0; index < depth; index += 1) path += `/${random.pick(segments)}`;
  if (path === '' || random.chance(0.25)) path += '/';
  const query = random.pick(['', '', '', '?q=1', '?status=404&body=none', '?x=%zz&y']);
  const method = random.pick(['GET', 'GET', 'GET', 'GET', 'HEAD', 'POST', 'PUT', 'OPTIONS']);
  const parts = [`${method} ${path}${query}`];
  if (random.chance(0.15)) parts.push(`Host: ${random.pick(['v2.test', 'other.test', 'V2.TEST:8080'])}`);
  if (random.chance(0.2)) parts.push(`X-A: ${random.pick(['1', 'x', 'abc'])}`);
  if (random.chance(0.05)) parts.push('Authorization: Basic YTpi');
  if (random.chance(0.05)) parts.push(`If-Modified-Since: Tue, 02 Jan 2024 03:04:05 GMT`);
  if (random.chance(0.05)) parts.push('Range: bytes=1-3');
  if (method === 'POST' || method === 'PUT') parts.push('@body abc');
  return parts.join(' | ');
}

/** A random configuration, document root and list of requests; the same for the same seed. */
export function generateDraft(seed: number): Draft {
  const random = seededRandom(seed);
  const conf: Block[] = [POOL, ...serverBlocks(random, 12)];
  if (random.chance(0.8)) {
    conf.unshift({ text: '<Directory "@DOCROOT@">', children: [line('AllowOverride All')] });
  }
  if (random.chance(0.6)) {
    conf.push({
      text: '<FilesMatch "\\.php$">',
      children: [line(`SetHandler "proxy:${random.pick(BACKENDS)}"`)],
    });
  }
  if (random.chance(0.3)) {
    conf.push(
      {
        text: '<VirtualHost *:@PORT@>',
        children: [line('ServerName www.example.test'), ...serverBlocks(random, 4)],
      },
      { text: '<VirtualHost *:@PORT@>', children: [line('ServerName v2.test'), ...serverBlocks(random, 4)] },
    );
  }
  const files = DIRECTORIES.flatMap((directory) =>
    FILE_NAMES.filter(() => random.chance(0.45)).map((name) => `${directory}${name}`),
  );
  const htaccess = DIRECTORIES.filter(() => random.chance(0.2)).map((directory) => ({
    directory,
    blocks: some(random, [...PER_DIRECTORY, filesSection] as [Maker, ...Maker[]], 2),
  }));
  return {
    seed,
    modules: [],
    logs: [],
    conf,
    files: [...files, ...DIRECTORIES.filter((directory) => directory !== '')],
    htaccess,
    requests: Array.from({ length: 20 }, () => requestLine(random)),
  };
}
