import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { freePort } from '../harness/free-port.ts';
import { PhpFpm } from '../harness/php-fpm.ts';
import { startServer, type RunningServer, type ServerKind } from '../harness/servers.ts';

const MODULES = (
  'mpm_event access_compat alias authn_core authz_core authz_host dir env mime setenvif slotmem_shm ' +
  'proxy proxy_fcgi proxy_balancer lbmethod_byrequests'
).split(' ');

export interface PhpSiteOptions {
  readonly kinds: readonly ServerKind[];
  readonly conf: string;
  readonly files: Readonly<Record<string, string>>;
  readonly children?: number;
  readonly poolLines?: readonly string[];
}

/**
 * One folder with a document root, a PHP-FPM of its own, and the servers under test on one config.
 *
 * In config and files `@DIR@` is the folder, `@FPM@` the TCP address of PHP-FPM, `@SOCK@` its unix socket.
 */
export class PhpSite {
  readonly directory: string;
  readonly fpm: PhpFpm;
  readonly ports: ReadonlyMap<ServerKind, number>;
  readonly #options: PhpSiteOptions;
  readonly #servers: RunningServer[] = [];

  private constructor(options: PhpSiteOptions, directory: string, fpm: PhpFpm, ports: readonly number[]) {
    this.#options = options;
    this.directory = directory;
    this.fpm = fpm;
    this.ports = new Map(options.kinds.map((kind, index) => [kind, ports[index] ?? 0]));
  }

  static async start(options: PhpSiteOptions): Promise<PhpSite> {
    const directory = mkdtempSync(join(tmpdir(), 'hgw-php-'));
    chmodSync(directory, 0o755);
    const port = await freePort();
    const fpm = new PhpFpm({
      directory,
      port,
      children: options.children ?? 4,
      ...(options.poolLines === undefined ? {} : { lines: options.poolLines }),
    });
    const ports: number[] = [];
    for (const _ of options.kinds) ports.push(await freePort());
    const site = new PhpSite(options, directory, fpm, ports);
    try {
      await site.#begin();
    } catch (error) {
      await site.stop();
      throw error;
    }
    return site;
  }

  async #begin(): Promise<void> {
    for (const [name, text] of Object.entries(this.#options.files)) this.write(`docroot/${name}`, text);
    this.write('mime.types', 'text/html html\ntext/plain txt\n');
    mkdirSync(join(this.directory, 'run'));
    chmodSync(join(this.directory, 'run'), 0o777);
    await this.fpm.start();
    for (const [kind, port] of this.ports) {
      const file = this.write(`${kind}.conf`, this.#config(kind, port));
      this.#servers.push(await startServer(kind, file, port, join(this.directory, `${kind}.error.log`)));
    }
  }

  #config(kind: ServerKind, port: number): string {
    return [
      'ServerRoot "@DIR@"',
      ...MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
      'DefaultRuntimeDir "@DIR@/run"',
      `PidFile "@DIR@/run/${kind}.pid"`,
      `ErrorLog "@DIR@/${kind}.error.log"`,
      `Listen 127.0.0.1:${port}`,
      'User www-data',
      'Group www-data',
      'ServerLimit 1',
      'ThreadsPerChild 32',
      'MaxRequestWorkers 32',
      'StartServers 1',
      'ServerName www.example.test',
      'TypesConfig "@DIR@/mime.types"',
      'DocumentRoot "@DIR@/docroot"',
      this.#options.conf,
      '',
    ].join('\n');
  }

  /** Writes a file below the folder, and gives its path. */
  write(name: string, text: string): string {
    const path = join(this.directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, this.#fill(text), 'latin1');
    return path;
  }

  #fill(text: string): string {
    return text
      .replaceAll('@DIR@', this.directory)
      .replaceAll('@FPM@', `127.0.0.1:${this.fpm.port}`)
      .replaceAll('@SOCK@', this.fpm.socket);
  }

  port(kind: ServerKind): number {
    const port = this.ports.get(kind);
    if (port === undefined) throw new Error(`${kind} was not started`);
    return port;
  }

  pid(kind: ServerKind): number {
    return this.#servers.find((server) => server.kind === kind)?.pid ?? 0;
  }

  errorLog(kind: ServerKind): string {
    const path = join(this.directory, `${kind}.error.log`);
    return existsSync(path) ? readFileSync(path, 'latin1') : '';
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop()));
    await this.fpm.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
