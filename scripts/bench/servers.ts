import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { answers, option, stop } from './measure.ts';
import { STREAM_BYTES } from './sizes.ts';

export type ServerName = 'gateway' | 'apache2' | 'nginx';

/** Where the measured servers find files and applications. */
export interface Bench {
  readonly root: string;
  readonly fcgiPort: number;
  readonly fcgiSocket: string;
  readonly fpmPort: number;
}

/** What is measured as the gateway. */
export const CLI = resolve(option('cli', resolve(import.meta.dirname, '../../dist/cli.js')));
const MODULES = [
  'mpm_event',
  'authz_core',
  'authz_host',
  'dir',
  'mime',
  'alias',
  'env',
  'setenvif',
  'rewrite',
  'proxy',
  'proxy_fcgi',
];

/** WordPress's rules, as it writes them itself. */
const HTACCESS = `RewriteEngine On
RewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]
RewriteBase /
RewriteRule ^index\\.php$ - [L]
RewriteCond %{REQUEST_FILENAME} !-f
RewriteCond %{REQUEST_FILENAME} !-d
RewriteRule . /index.php [L]
`;

/** What a site without pretty URLs has. */
const PLAIN_HTACCESS = `Options -Indexes
DirectoryIndex index.php index.html
SetEnv SITE_NAME example
SetEnvIf User-Agent "BadBot" bad_bot
AddType text/css .css
ErrorDocument 404 /404.html
<Files "*.bak">
Require all denied
</Files>
`;

export function writeSite(root: string): void {
  for (const folder of ['reuse', 'kept', 'tcp', 'unix', 'static', 'plain', 'blog', 'crowd'])
    mkdirSync(join(root, 'htdocs', folder), { recursive: true });
  for (const folder of ['reuse', 'kept', 'tcp', 'unix', 'plain', 'blog'])
    writeFileSync(join(root, 'htdocs', folder, 'index.php'), '');
  writeFileSync(join(root, 'htdocs/reuse/big.php'), '');
  writeFileSync(join(root, 'htdocs/reuse/huge.php'), '');
  writeFileSync(join(root, 'htdocs/static/huge.bin'), '');
  truncateSync(join(root, 'htdocs/static/huge.bin'), STREAM_BYTES);
  writeFileSync(join(root, 'htdocs/static/page.html'), 'x'.repeat(16 * 1024));
  writeFileSync(join(root, 'htdocs/plain/.htaccess'), PLAIN_HTACCESS);
  writeFileSync(
    join(root, 'htdocs/blog/.htaccess'),
    HTACCESS.replaceAll('/index.php', '/blog/index.php').replace('RewriteBase /', 'RewriteBase /blog/'),
  );
}

/** Sections for the root and for the site stand as in the apache2.conf that distributions ship. */
function apacheConfig(
  { root, fcgiPort, fcgiSocket, fpmPort }: Bench,
  port: number,
  name: string,
  isWhole: boolean,
): string {
  const load = isWhole
    ? MODULES.map((m) => `LoadModule ${m}_module /usr/lib/apache2/modules/mod_${m}.so\n`).join('')
    : '';
  const handler = (folder: string, url: string): string =>
    `<Directory ${root}/htdocs/${folder}>\n<FilesMatch "\\.php$">\nSetHandler "proxy:${url}"\n</FilesMatch>\n</Directory>\n`;
  return `${load}ServerRoot ${root}
Listen 127.0.0.1:${port}
ServerName localhost
PidFile ${root}/${name}.pid
ErrorLog ${root}/${name}.error
DocumentRoot ${root}/htdocs
User www-data
Group www-data
MaxKeepAliveRequests 0
KeepAliveTimeout 60
${isWhole ? 'ServerLimit 2\nStartServers 1\nThreadsPerChild 64\nMaxRequestWorkers 128\nTypesConfig /etc/mime.types\n' : ''}<Directory />
AllowOverride None
Require all denied
</Directory>
<Directory ${root}/htdocs>
Require all granted
AllowOverride None
</Directory>
<Directory ${root}/htdocs/blog>
AllowOverride All
</Directory>
<Directory ${root}/htdocs/plain>
AllowOverride All
</Directory>
<Proxy fcgi://127.0.0.1:${fcgiPort}>
ProxySet enablereuse=on max=64
</Proxy>
<Proxy unix:${fcgiSocket}|fcgi://kept>
ProxySet enablereuse=on max=64
</Proxy>
<Proxy fcgi://127.0.0.1:${fpmPort}>
ProxySet enablereuse=on
</Proxy>
${handler('reuse', `fcgi://127.0.0.1:${fcgiPort}`)}${handler('plain', `fcgi://127.0.0.1:${fcgiPort}`)}${handler('blog', `fcgi://127.0.0.1:${fcgiPort}`)}
${handler('tcp', `fcgi://localhost:${fcgiPort}`)}${handler('unix', `unix:${fcgiSocket}|fcgi://plain`)}${handler('kept', `unix:${fcgiSocket}|fcgi://kept`)}
${handler('crowd', `fcgi://127.0.0.1:${fpmPort}`)}`;
}

function nginxConfig({ root, fcgiPort, fcgiSocket, fpmPort }: Bench, port: number): string {
  const location = (folder: string, pass: string, keeps: boolean): string => `
    location /${folder}/ { index index.php; try_files $uri $uri/ /${folder}/index.php?$args;
      location ~ \\.php$ { include /etc/nginx/fastcgi_params; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
        fastcgi_pass ${pass}; fastcgi_request_buffering off; ${keeps ? 'fastcgi_keep_conn on;' : ''} } }`;
  return `worker_processes 1; daemon off; pid ${root}/nginx.pid; error_log ${root}/nginx.error;
user www-data;
events { worker_connections 20000; }
http { access_log off; include /etc/nginx/mime.types; keepalive_timeout 60s; keepalive_requests 1000000000; sendfile on;
  client_max_body_size 0;
  client_body_temp_path ${root}/nginx-body; proxy_temp_path ${root}/nginx-proxy; fastcgi_temp_path ${root}/nginx-fcgi;
  uwsgi_temp_path ${root}/nginx-uwsgi; scgi_temp_path ${root}/nginx-scgi;
  upstream kept { server 127.0.0.1:${fcgiPort}; keepalive 64; keepalive_requests 1000000000; }
  upstream keptSocket { server unix:${fcgiSocket}; keepalive 64; keepalive_requests 1000000000; }
  server { listen 127.0.0.1:${port}; root ${root}/htdocs;
    ${location('reuse', 'kept', true)}${location('plain', 'kept', true)}${location('blog', 'kept', true)}
    ${location('tcp', `127.0.0.1:${fcgiPort}`, false)}${location('unix', `unix:${fcgiSocket}`, false)}
    ${location('kept', 'keptSocket', true)}${location('crowd', `127.0.0.1:${fpmPort}`, false)}
  } }
`;
}

export interface Started {
  readonly port: number;
  readonly child: ChildProcess;
  /** From the start of the process to its first answer. */
  readonly startMs: number;
  stop(): Promise<void>;
}

/** Starts a server on the first core; fails after ten seconds without an answer. */
export async function startServer(name: ServerName, bench: Bench, port: number): Promise<Started> {
  const file = join(bench.root, `${name}.conf`);
  const commands: Record<ServerName, readonly string[]> = {
    gateway: [process.execPath, CLI, '-X', '-f', file],
    apache2: ['/usr/sbin/apache2', '-D', 'FOREGROUND', '-f', file],
    nginx: ['/usr/sbin/nginx', '-c', file],
  };
  writeFileSync(file, name === 'nginx' ? nginxConfig(bench, port) : apacheConfig(bench, port, name, true));
  const startedAt = performance.now();
  const child = spawn('taskset', ['-c', '0', ...commands[name]], { stdio: 'ignore' });
  while (!(await answers(port))) {
    if (child.exitCode !== null || performance.now() - startedAt > 10_000) {
      throw new Error(`${name} did not start with ${file}; run it by hand to see why`);
    }
    await new Promise((resolve_) => setTimeout(resolve_, 5));
  }
  return { child, port, startMs: performance.now() - startedAt, stop: () => stop(child) };
}
