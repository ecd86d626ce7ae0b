import type { Block, Draft } from './draft.ts';
import { BACKENDS, isForServer, line, type Maker, PER_DIRECTORY, POOL, SERVER, some } from './generate.ts';
import { type Random, seededRandom } from './random.ts';

const DIRECTORIES = ['', 'a/', 'a/b/', 'b/', 'sub/', 'sub/a/', 'sp ace/', 'UP/'] as const;
const FILE_NAMES = [
  'f.txt',
  'i.php',
  'index.php',
  'index.html',
  'index.html.de',
  'index.html.en',
  'index.fr.html',
  'x.html',
  'x.html.gz',
  'f.php.txt',
  'f.txt.php',
  'n',
  'n.tar.gz',
  'page.de.html.utf8',
  'page.en.html',
  'with space.txt',
  'img.png',
  '.hidden',
  'a;b.txt',
  'c%d.txt',
] as const;
const NAMES = ['V1', 'V2', 'V3', 'HTTP_X', 'no-gzip', 'PATH', 'nokeepalive', 'downgrade-1.0'] as const;
const VARIABLES = [
  'REQUEST_METHOD',
  'REQUEST_URI',
  'QUERY_STRING',
  'THE_REQUEST',
  'HTTP_HOST',
  'HTTP_USER_AGENT',
  'HTTP_ACCEPT',
  'REMOTE_ADDR',
  'REQUEST_SCHEME',
  'SERVER_NAME',
  'SERVER_PORT',
  'SERVER_PROTOCOL',
  'REQUEST_FILENAME',
  'SCRIPT_FILENAME',
  'PATH_INFO',
  'DOCUMENT_ROOT',
  'CONTEXT_PREFIX',
  'CONTEXT_DOCUMENT_ROOT',
  'REQUEST_STATUS',
  'HANDLER',
  'CONTENT_TYPE',
  'IS_SUBREQ',
  'HTTPS',
  'IPV6',
  'AUTH_TYPE',
  'REMOTE_USER',
  'REMOTE_HOST',
  'DOCUMENT_URI',
  'CONN_REMOTE_ADDR',
  'SERVER_ADMIN',
] as const;
const HEADERS = ['X-A', 'User-Agent', 'Accept', 'Host', 'Cookie', 'Range', 'X-Missing'] as const;

function value(r: Random): string {
  return r.pick<() => string>([
    () => `%{${r.pick(VARIABLES)}}`,
    () => `%{req:${r.pick(HEADERS)}}`,
    () => `%{reqenv:${r.pick(NAMES)}}`,
    () => `%{env:PATH}`,
    () => `%{tolower:%{${r.pick(VARIABLES)}}}`,
    () => `%{escape:%{REQUEST_URI}}`,
    () => `%{unescape:%{QUERY_STRING}}`,
    () => `%{resp:Content-Type}`,
    () => `text`,
  ])();
}

function quoted(r: Random): string {
  return r.pick<() => string>([
    () => `'${value(r)}'`,
    () => `'${r.pick(['', 'GET', '/a', 'x', '10', '/a/b/', 'v2.test', 'abc'])}'`,
    () => `%{${r.pick(VARIABLES)}}`,
    () =>
      `${r.pick(['tolower', 'toupper', 'escape', 'unescape', 'base64', 'md5', 'sha1'])}(%{${r.pick(VARIABLES)}})`,
    () => `reqenv('${r.pick(NAMES)}')`,
    () => `http('${r.pick(HEADERS)}')`,
    () => `'a' . %{QUERY_STRING} . 'b'`,
  ])();
}

function condition(r: Random, depth = 0): string {
  if (depth < 2 && r.chance(0.3)) {
    const [left, right] = [condition(r, depth + 1), condition(r, depth + 1)];
    return r.pick([`(${left}) && ${right}`, `${left} || (${right})`, `!(${left})`]);
  }
  return r.pick<() => string>([
    () => `${quoted(r)} ${r.pick(['==', '!=', '<', '<=', '>', '>='])} ${quoted(r)}`,
    () =>
      `%{QUERY_STRING} ${r.pick(['-eq', '-ne', '-lt', '-le', '-gt', '-ge', 'eq', 'ne', 'lt', 'ge'])} ${r.pick(["'1'", "'0'", '10'])}`,
    () =>
      `${quoted(r)} ${r.pick(['=~', '!~'])} ${r.pick(['m#^/(a|b)/?(.*)#i', '/^(x|GET)/', 'm#([a-z]+)\\.php$#', '/./', '/^$/'])}`,
    () => `-${r.pick(['n', 'z', 'T'])} ${quoted(r)}`,
    () =>
      `-${r.pick(['f', 'd', 'e', 's', 'L', 'h', 'x'])} ${r.pick(["'@DOCROOT@/a'", "'@DOCROOT@/a/f.txt'", '%{REQUEST_FILENAME}', "'@DOCROOT@%{REQUEST_URI}'"])}`,
    () =>
      `${quoted(r)} ${r.pick(['-strmatch', '-strcmatch', '-fnmatch'])} '${r.pick(['/a/*', '*.php', '?', '*', '/[ab]*', '*/b/*'])}'`,
    () => `-R '${r.pick(['127.0.0.0/8', '10.0.0.1', '::1'])}'`,
    () => `%{REMOTE_ADDR} -ipmatch '${r.pick(['127.0.0.1', '10.0.0.0/8', '127.0.0.0/8'])}'`,
    () => `${quoted(r)} in { 'GET', '/a', 'abc', '127.0.0.1' }`,
    () => r.pick(['true', 'false', '! true']),
  ])();
}

const TREE: Maker = (r) => requireTree(r, 0);

function requireTree(r: Random, depth: number): Block {
  const kind = r.pick(['RequireAny', 'RequireAll']);
  const children: Block[] = [line(`Require ${requirement(r)}`)];
  for (let more = r.below(3); more > 0; more -= 1) {
    if (depth < 2 && r.chance(0.4)) children.push(requireTree(r, depth + 1));
    else if (kind === 'RequireAll' && r.chance(0.4)) children.push(line(`Require not ${requirement(r)}`));
    else if (kind === 'RequireAll' && r.chance(0.2))
      children.push({
        text: '<RequireNone>',
        children: [line(`Require ${requirement(r)}`), line(`Require ${requirement(r)}`)],
      });
    else children.push(line(`Require ${requirement(r)}`));
  }
  return { text: `<${kind}>`, children };
}

function requirement(r: Random): string {
  return r.pick<() => string>([
    () => 'all granted',
    () => 'all denied',
    () => `ip ${r.pick(['127.0.0.1', '127', '10.1', '127.0.0.0/8', '::1', '192.168.0.0/255.255.0.0'])}`,
    () => 'local',
    () => `env ${r.pick(NAMES)}${r.chance(0.3) ? ` ${r.pick(NAMES)}` : ''}`,
    () => `method ${r.pick(['GET', 'POST', 'GET POST', 'PUT DELETE', 'HEAD', 'OPTIONS'])}`,
    () => `expr "${condition(r)}"`,
    () => `host ${r.pick(['localhost', 'example.org'])}`,
  ])();
}

const EXTENSION = ['.txt', '.php', '.html', '.gz', '.de', '.utf8', '.png', 'en', '.tar'] as const;

/** Directives for every place that takes per-directory config. */
const DIRECTORY: readonly [Maker, ...Maker[]] = [
  ...PER_DIRECTORY,
  TREE,
  TREE,
  (r) => line(`Require ${requirement(r)}`),
  (r) => line(`Order ${r.pick(['deny,allow', 'allow,deny', 'mutual-failure'])}`),
  (r) =>
    line(
      `${r.pick(['Allow', 'Deny'])} from ${r.pick(['all', '127.0.0.1', '10', 'env=V1', 'env=!V2', 'localhost', '127.0.0.0/255.0.0.0 10.1'])}`,
    ),
  (r) => line(`Satisfy ${r.pick(['Any', 'All'])}`),
  (r) => line(`AddType ${r.pick(['text/x-a', 'text/html'])} ${r.pick(EXTENSION)}`),
  (r) => line(`AddEncoding ${r.pick(['gzip', 'x-gzip', 'br'])} ${r.pick(EXTENSION)}`),
  (r) => line(`AddCharset ${r.pick(['UTF-8', 'latin1'])} ${r.pick(EXTENSION)}`),
  (r) => line(`AddLanguage ${r.pick(['de', 'en-GB', 'fr'])} ${r.pick(EXTENSION)}`),
  (r) => line(`DefaultLanguage ${r.pick(['de', 'en'])}`),
  (r) => line(`Remove${r.pick(['Type', 'Handler', 'Encoding', 'Charset', 'Language'])} ${r.pick(EXTENSION)}`),
  (r) =>
    line(
      `AddHandler ${r.pick(['send-as-is', 'default-handler', 'run', `"proxy:${r.pick(BACKENDS)}"`])} ${r.pick(EXTENSION)} ${r.pick(EXTENSION)}`,
    ),
  (r) => line(`MultiviewsMatch ${r.pick(['Any', 'NegotiatedOnly', 'Filters', 'Handlers'])}`),
  (r) => line(`ModMimeUsePathInfo ${r.pick(['On', 'Off'])}`),
  (r) =>
    line(
      `Options ${r.pick(['+MultiViews', 'MultiViews FollowSymLinks', 'All', 'None', '-Indexes +FollowSymLinks', 'SymLinksIfOwnerMatch', '+Includes -ExecCGI'])}`,
    ),
  (r) =>
    line(
      `ErrorDocument ${r.pick([400, 401, 403, 404, 405, 413, 416, 500, 503])} ${r.pick(['"t %{REQUEST_URI} %{reqenv:V1}"', '/a/i.php?e=%{REQUEST_STATUS}', '"/a/f.txt"', 'http://o.example/e?u=%{escape:%{REQUEST_URI}}', 'default', '/none/deep', '"it\'s"', '/b/index.html'])}`,
    ),
  (r) =>
    line(
      `SetEnvIf${r.pick(['', 'NoCase'])} ${r.pick(['Remote_Addr', 'Server_Addr', 'Request_Protocol', 'Request_Method', 'User-Agent', 'Cookie', '^X-', 'Host', 'Referer'])} "${r.pick(['^127', '.', '(\\d+)', '^$', 'GET|POST', 'MOZ', 'k=(\\w*)'])}" ${r.pick(NAMES)}${r.pick(['', '=v$1', '=$0', '=plain'])} ${r.pick(['', `!${r.pick(NAMES)}`])}`,
    ),
  (r) => line(`BrowserMatch${r.pick(['', 'NoCase'])} "${r.pick(['^Moz', 'curl', '.'])}" ${r.pick(NAMES)}=b`),
  // httpd reads memory that it never set for $0 when no pattern was tried.
  (r) => line(`SetEnvIfExpr "${condition(r)}" ${r.pick(NAMES)}=e${r.below(9)}`),
  (r) => line(`ProxyFCGISetEnvIf "${condition(r)}" ${r.pick(['V1', 'SCRIPT_NAME', 'NEW'])} "${value(r)}"`),
  (r) => line(`ProxyFCGISetEnvIf "${condition(r)}" !${r.pick(['V1', 'SCRIPT_NAME', 'HTTP_HOST'])}`),
  (r) => line(`SetEnv ${r.pick(NAMES)} "${r.pick(['', 'a b', '1', "q'q"])}"`),
  (r) => line(`PassEnv ${r.pick(['PATH', 'LANG', 'NOTSET'])}`),
  (r) =>
    line(
      `Redirect${r.pick(['Permanent', 'Temp', ''])} ${r.pick(['/a', '/b/', '/sub/x', '/sp%20ace', '/UP'])} ${r.pick(['/to', 'http://o.example/to', 'http://o.example/to?x=y', '/to#frag', 'https://o.example:8443/%41'])}`,
    ),
  (r) =>
    line(
      `RedirectMatch ${r.pick(['', '301', '410', 'gone', '307', 'seeother'])} "${r.pick(['^/gone/(.*)', '(.*)\\.gif$', '^/(a)/(b)', '/[^/]*x$'])}" ${r.pick(['/rm/$1', 'http://o.example/$1?$2', '/rm/$0&'])}`.replace(
        /(410|gone) ("[^"]*") .*/,
        '$1 $2',
      ),
    ),
  (r) => line(`FileETag ${r.pick(['None', 'MTime', 'Size', '-MTime', 'Digest', '+Digest', '-Size'])}`),
  (r) => line(`MaxRanges ${r.pick(['none', 'unlimited', '1', '2', 'default'])}`),
  (r) => line(`ServerSignature ${r.pick(['On', 'Off'])}`),
  (r) => line(`DirectoryIndexRedirect ${r.pick(['On', 'Off', 'permanent', '307'])}`),
  (r) => line(`DirectoryCheckHandler ${r.pick(['On', 'Off'])}`),
  (r) =>
    line(
      `DirectoryIndex ${r.pick(['index', 'n', 'sub/index.html', 'index.html.en index', '../f.txt', 'x.html?q'])}`,
    ),
  (r) => line(`FallbackResource ${r.pick(['f.txt', '/a/', '/none/x', '/sub/i.php/pi'])}`),
  (r) => line(`ForceType ${r.pick(['text/x-f', 'none', 'text/plain'])}`),
  (r) => line(`SetHandler ${r.pick(['none', 'default-handler', 'run', 'send-as-is'])}`),
  (r) => line(`CGIVar REQUEST_URI ${r.pick(['current-uri', 'original-uri'])}`),
  (r) => line(`LimitRequestBody ${r.pick([0, 1, 3, 1000])}`),
  (r) => line(`AuthzSendForbiddenOnFailure ${r.pick(['On', 'Off'])}`),
  (r) => line(`HostnameLookups ${r.pick(['On', 'Off', 'Double'])}`),
  (r) => line(`LogLevel ${r.pick(['debug', 'warn', 'proxy_fcgi:trace1'])}`),
  (r) =>
    line(
      `Action ${r.pick(['text/html', 'text/x-a', 'run', 'send-as-is'])} ${r.pick(['/a/i.php', '/none.php'])} ${r.pick(['', 'virtual'])}`,
    ),
  (r) => line(`LanguagePriority ${r.pick(['de en', 'fr', 'en'])}`),
  (r) => line(`ForceLanguagePriority ${r.pick(['None', 'Prefer', 'Fallback', 'Prefer Fallback'])}`),
  (r) => ({
    text: `<If "${condition(r)}">`,
    children: [
      ...some(r, INNER, 2),
      ...(r.chance(0.3) ? [{ text: `<If "${condition(r)}">`, children: some(r, INNER, 1) }] : []),
    ],
  }),
  (r) => ({
    text: `<LimitExcept ${r.pick(['GET', 'GET HEAD POST', 'PUT'])}>`,
    children: [line(`Require ${requirement(r)}`)],
  }),
];

const INNER: readonly [Maker, ...Maker[]] = [
  (r) => line(`SetEnv ${r.pick(NAMES)} if${r.below(9)}`),
  (r) => line(`Require ${requirement(r)}`),
  (r) => line(`SetHandler "proxy:${r.pick(BACKENDS)}"`),
  (r) =>
    line(
      `Redirect ${r.pick(['', '301 ', '307 '])}${r.pick(['http://o.example/if', '/if', '"/if%{REQUEST_URI}"'])}`,
    ),
  (r) => line(`ErrorDocument 404 "if ${r.below(9)}"`),
  () => line('ForceType text/x-if'),
  (r) => line(`ProxyFCGISetEnvIf true IF "${value(r)}"`),
];

/** If, ElseIf and Else in a row: the shrinker may take the first one away, and both servers then refuse the rest. */
function ifChain(r: Random): readonly Block[] {
  const chain: Block[] = [{ text: `<If "${condition(r)}">`, children: some(r, INNER, 2) }];
  for (let more = r.below(3); more > 0; more -= 1)
    chain.push({ text: `<ElseIf "${condition(r)}">`, children: some(r, INNER, 2) });
  if (r.chance(0.6)) chain.push({ text: '<Else>', children: some(r, INNER, 2) });
  return chain;
}

function perDirectory(r: Random, most: number): readonly Block[] {
  const blocks = some(r, DIRECTORY, most);
  return r.chance(0.15) ? [...blocks, ...ifChain(r)] : blocks;
}

const PARAMETERS = [
  'retry=0',
  'timeout=3',
  'enablereuse=on',
  'enablereuse=on max=2',
  'disablereuse=on',
  'keepalive=On',
  'flushpackets=on',
  'flushpackets=auto flushwait=5',
  'connectiontimeout=2',
  'nocanon',
  'noquery',
  'mapping=servlet',
  'mapping=encoded',
  'mapping=decoded',
  'interpolate',
  'iobuffersize=8192',
] as const;

const WIDE_SERVER: readonly [Maker, ...Maker[]] = [
  ...SERVER,
  (r) =>
    line(
      `ProxyPass "${r.pick(['/a', '/a/', '/b', '/sub/', '/app', '/sp%20ace', '/UP', '/*/x', '/c;p'])}" "${r.pick(['fcgi://localhost:@F1@/p', 'fcgi://127.0.0.1:@F2@/', 'balancer://pool', 'balancer://sticky/s', 'unix:@SOCK2@|fcgi://u/', 'fcgi://localhost:@F1@/${V1}/', '!'])}" ${r.pick(PARAMETERS)}`.replace(
        /("!").*/,
        '$1',
      ),
    ),
  (r) =>
    line(
      `ProxyPassMatch "${r.pick(['^/m/(.*)$', '^/(a)/(.*\\.php)$', '\\.php(/|$)', '^/sub(.*)', '(.*)'])}" "fcgi://localhost:@F2@${r.pick(['/$1', '/m/$2', '$0', '/q?$1', '/'])}" ${r.pick(['', 'nocanon', 'noquery', 'retry=0'])}`,
    ),
  (r) => line(`ProxyErrorOverride ${r.pick(['On', 'Off', 'On 404 503'])}`),
  (r) => line(`ProxyAddHeaders ${r.pick(['On', 'Off'])}`),
  (r) => line(`ProxyPassInterpolateEnv ${r.pick(['On', 'Off'])}`),
  (r) => line(`ServerTokens ${r.pick(['Prod', 'Full', 'Min'])}`),
  (r) => line(`TraceEnable ${r.pick(['on', 'off', 'extended'])}`),
  (r) => line(`LimitRequestLine ${r.pick([60, 8190])}`),
  (r) => line(`LimitRequestFields ${r.pick([4, 100])}`),
  (r) =>
    line(
      `HttpProtocolOptions ${r.pick(['Strict', 'Unsafe', 'LenientMethods', 'RegisteredMethods', 'Require1.0'])}`,
    ),
  (r) => line(`KeepAlive ${r.pick(['On', 'Off'])}`),
  (r) => line(`MaxKeepAliveRequests ${r.pick([0, 1, 2])}`),
  (r) => line(`UseCanonicalPhysicalPort ${r.pick(['On', 'Off'])}`),
  (r) => line(`AliasPreservePath ${r.pick(['On', 'Off'])}`),
  (r) =>
    line(
      `AliasMatch "${r.pick(['^/am/(.*)', '^/(a|b)x(.*)', '(?i)^/up/(.*)'])}" "@DOCROOT@/${r.pick(['$1', 'a/$1', 'sub', '$2'])}"`,
    ),
  (r) => line(`Alias /al "@DOCROOT@/${r.pick(['a', 'sub/', 'sp ace'])}"`),
  (r) => line(`AcceptPathInfo ${r.pick(['On', 'Off'])}`),
  (r) => line(`AllowEncodedSlashes ${r.pick(['On', 'Off', 'NoDecode'])}`),
  (r) => ({
    text: `<Location "${r.pick(['/', '/a', '/a/b', '/sub/', '/al', '/%41', '/sp ace', '/a*', '/app'])}">`,
    children: perDirectory(r, 3),
  }),
  (r) => ({
    text: `<LocationMatch "${r.pick(['^/(?<one>a|b)/', '\\.(?<ext>\\w+)$', '(?i)up', '^/$', '//', '.*'])}">`,
    children: perDirectory(r, 2),
  }),
  (r) => ({
    text: `<Directory "@DOCROOT@/${r.pick(['', 'a', 'a/b', 'sub', 'sp ace', 'UP', '[ab]', '?', 's*/a'])}">`,
    children: [
      ...(r.chance(0.4)
        ? [
            line(
              `AllowOverride ${r.pick(['All', 'None', 'FileInfo', 'Limit', 'AuthConfig', 'Indexes', 'Options', 'FileInfo Indexes', 'Options=MultiViews,FollowSymLinks FileInfo', 'Nonfatal=All', 'Nonfatal=Override Limit'])}`,
            ),
          ]
        : []),
      ...(r.chance(0.15)
        ? [line(`AllowOverrideList ${r.pick(['None', 'SetEnv Redirect', 'Require AddType SetHandler'])}`)]
        : []),
      ...perDirectory(r, 3),
    ],
  }),
  (r) => ({
    text: `<${r.pick(['Files "*.txt"', 'Files "index*"', 'FilesMatch "^(?<base>[^.]+)\\."', 'Files ".hidden"', 'FilesMatch "\\.(php|html)$"', 'Files "with space.txt"'])}>`,
    children: perDirectory(r, 2),
  }),
];

const BALANCER: Maker = (r) => ({
  text: '<Proxy "balancer://sticky">',
  children: [
    line(
      `BalancerMember "fcgi://localhost:@F1@/one" route=a ${r.pick(['', 'loadfactor=3', 'status=+H', 'lbset=1', 'redirect=b'])}`,
    ),
    line(
      `BalancerMember "fcgi://localhost:@F2@" route=b ${r.pick(['', 'loadfactor=2.5', 'retry=0', 'status=+D'])}`,
    ),
    line(
      `ProxySet stickysession=${r.pick(['SID', 'SID|sid'])} ${r.pick(['', 'nofailover=On', 'lbmethod=bybusyness', 'lbmethod=bytraffic', 'scolonpathdelim=On'])}`,
    ),
  ],
});

/**
 * Without sizes: an echoed body tells how its records were cut, and httpd counts a page that another one replaced.
 */
const LOG_FORMATS = [
  '%h %l %u \\"%r\\" %>s',
  '%m %U%q %H %>s %s %X %k',
  '%v %V %p %A %a %{c}a %f %R',
  '%{X-A}i %{Content-Type}o %{V1}e %{SID}C %{Location}o %{n}n %{ETag}o',
  '%!200{X-A}i %404{Referer}i %400,501U %<s %>U %<U %<q',
  '%{Host}i %% %{local}p %{canonical}p \\t\\"x\\"',
] as const;

function encodedPath(r: Random): string {
  const segments = [
    'a',
    'a',
    'b',
    'sub',
    'app',
    'i.php',
    'f.txt',
    'x.html',
    'index',
    'page',
    'n',
    'sp%20ace',
    'with%20space.txt',
    'UP',
    'up',
    '%61',
    'a%2fb',
    '..',
    '.',
    '%2e%2e',
    'a;b.txt',
    'i.php;x=1',
    'c%25d.txt',
    '.hidden',
    'gone',
    'm',
    'am',
    'al',
    '%C3%A9',
    '~x',
    'x.gif',
    'img.png',
    'sub;SID=1.b',
  ] as const;
  let path = '';
  for (let depth = r.below(4); depth > 0; depth -= 1)
    path += `${r.chance(0.05) ? '//' : '/'}${r.pick(segments)}`;
  return path === '' || r.chance(0.25) ? `${path}/` : path;
}

function requestLine(r: Random): string {
  const query = r.pick([
    '',
    '',
    '',
    '?',
    '?q=1',
    '?10',
    '?status=404&body=none',
    '?x=%zz&y',
    '?SID=1.a',
    '?a?b',
    '?%3Fx#',
  ]);
  const method = r.pick([
    'GET',
    'GET',
    'GET',
    'GET',
    'GET',
    'HEAD',
    'POST',
    'PUT',
    'OPTIONS',
    'DELETE',
    'FOO',
    'TRACE',
    'PROPFIND',
    'get',
  ]);
  const host = r.chance(0.06) ? 'http://v2.test' : '';
  const version = r.chance(0.08) ? ' HTTP/1.0' : '';
  const parts = [`${method} ${host}${encodedPath(r)}${query.replace('#', '')}${version}`];
  if (r.chance(0.2))
    parts.push(
      `Host: ${r.pick(['v2.test', 'other.test', 'V2.TEST:8080', 'x.wild.test', 'wild.test', 'v3.test.', 'localhost'])}`,
    );
  if (r.chance(0.2)) parts.push(`X-A: ${r.pick(['1', 'x', 'abc', '"q"', '10'])}`);
  if (r.chance(0.1)) parts.push(`User-Agent: ${r.pick(['Mozilla/5.0', 'curl/8', 'MOZ'])}`);
  if (r.chance(0.15))
    parts.push(`Accept: ${r.pick(['text/html', '*/*', 'text/plain;q=0.5, text/html', 'image/*'])}`);
  if (r.chance(0.1)) parts.push(`Accept-Language: ${r.pick(['de', 'en;q=0.8, fr', 'es', '*'])}`);
  if (r.chance(0.08)) parts.push(`Accept-Encoding: ${r.pick(['gzip', 'identity', 'br;q=0'])}`);
  if (r.chance(0.08)) parts.push(`Cookie: ${r.pick(['SID=x.b; k=v', 'k=1', 'SID=y.none'])}`);
  if (r.chance(0.04)) parts.push('Authorization: Basic YTpi');
  if (r.chance(0.08))
    parts.push(
      r.pick([
        'If-Modified-Since: Tue, 02 Jan 2024 03:04:05 GMT',
        'If-Unmodified-Since: Mon, 01 Jan 2024 03:04:05 GMT',
        'If-None-Match: *',
        'If-None-Match: "6-60dedc04dd340", "x"',
        'If-Match: "x"',
      ]),
    );
  if (r.chance(0.08))
    parts.push(`Range: bytes=${r.pick(['0-1', '1-', '-2', '0-0,2-3', '99-', '3-1', '0-,0-', 'x'])}`);
  if (r.chance(0.04)) parts.push(`If-Range: ${r.pick(['"x"', 'Tue, 02 Jan 2024 03:04:05 GMT'])}`);
  if (r.chance(0.05)) parts.push(`Connection: ${r.pick(['close', 'keep-alive', 'X-A'])}`);
  if (r.chance(0.04)) parts.push('Referer: http://r.example/');
  if (method === 'POST' || method === 'PUT' || (method === 'FOO' && r.chance(0.5)))
    parts.push(
      version === '' ? r.pick(['@body abc', '@body a', '@body', '@chunked 3 4', '@chunked']) : '@body abc',
    );
  return parts.join(' | ');
}

function serverBlocks(r: Random, most: number): readonly Block[] {
  return [
    ...some(r, WIDE_SERVER, most),
    ...(r.chance(0.1) ? ifChain(r) : []),
    ...some(r, DIRECTORY, 2),
  ].filter(isForAnyServer);
}

/** What only sections and access files take. */
function isForAnyServer(block: Block): boolean {
  return (
    isForServer(block) &&
    !/^(?:<Require|Order|Allow |Deny|Satisfy|<LimitExcept|AuthzSend|AuthMerging|MultiviewsMatch|ModMimeUsePathInfo)/.test(
      block.text,
    )
  );
}

const GLOBAL_ONLY = /^(?:ServerTokens)/;

/** A case with more kinds of directives and requests than `generateDraft` makes, and with access logs. */
export function generateBroadDraft(seed: number): Draft {
  const r = seededRandom(seed ^ 0x5eed);
  const format = r.pick(LOG_FORMATS);
  const conf: Block[] = [
    line(`LogFormat "%r | ${format}" seen`),
    line(
      `CustomLog "@ROOT@/access.log" seen${r.chance(0.2) ? ` ${r.pick(['env=V1', 'env=!V1', '"expr=%{REQUEST_STATUS} -ge 400"'])}` : ''}`,
    ),
    POOL,
    BALANCER(r),
    ...serverBlocks(r, 8),
  ];
  if (r.chance(0.8)) conf.unshift({ text: '<Directory "@DOCROOT@">', children: [line('AllowOverride All')] });
  if (r.chance(0.6))
    conf.push({
      text: '<FilesMatch "\\.php$">',
      children: [line(`SetHandler "proxy:${r.pick(BACKENDS)}"`)],
    });
  if (r.chance(0.4)) {
    const vhost = (...names: readonly string[]): Block => ({
      text: '<VirtualHost *:@PORT@>',
      children: [...names.map(line), ...serverBlocks(r, 3).filter((block) => !GLOBAL_ONLY.test(block.text))],
    });
    conf.push(
      vhost('ServerName www.example.test'),
      vhost('ServerName v2.test', 'ServerAlias *.wild.test w?ld.test'),
      vhost('ServerName v3.test', 'ServerPath /a'),
    );
  }
  const files = DIRECTORIES.flatMap((directory) =>
    FILE_NAMES.filter(() => r.chance(0.35)).map((name) => `${directory}${name} = ${name}\\n`),
  );
  const htaccess = DIRECTORIES.filter(() => r.chance(0.2)).map((directory) => ({
    directory,
    blocks: some(r, DIRECTORY, 3),
  }));
  return {
    seed,
    modules: ['negotiation'],
    logs: ['access.log'],
    conf,
    files: [...files, ...DIRECTORIES.filter((directory) => directory !== '')],
    htaccess,
    requests: Array.from({ length: 30 }, () => requestLine(r)),
  };
}
