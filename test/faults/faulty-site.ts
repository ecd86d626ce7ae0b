import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from '../harness/free-port.ts';
import { exchange, type RawResponse } from '../harness/client.ts';
import { MisbehavingResponder, type Behaviour } from '../harness/misbehaving-responder.ts';
import { startServer, type RunningServer } from '../harness/servers.ts';

/** What a good request is answered with, whatever was before it. */
export const GOOD_BODY = /^params=\d+ stdin=0$/;

/** A gateway process in front of applications that misbehave on command. */
export class FaultySite {
  readonly responder: MisbehavingResponder;
  readonly directory: string;
  port = 0;
  #deadPort = 0;
  #server: RunningServer | undefined;

  private constructor(behaviours: Readonly<Record<string, Behaviour>>) {
    this.responder = new MisbehavingResponder({ behaviours });
    this.directory = mkdtempSync(join(tmpdir(), 'hgw-faulty-'));
    chmodSync(this.directory, 0o755);
  }

  /**
   * Starts both.
   *
   * @param conf the config below the usual lines; `@APP@` is the application's address, `@PORT@` its port, `@DEAD@` one that nobody
   *   listens at, `@DIR@` the folder
   */
  static async start(behaviours: Readonly<Record<string, Behaviour>>, conf: string): Promise<FaultySite> {
    const site = new FaultySite(behaviours);
    await site.responder.listen(0);
    site.port = await freePort();
    site.#deadPort = await freePort();
    const file = site.#configure(conf);
    site.#server = await startServer('gateway', file, site.port, join(site.directory, 'error.log'));
    return site;
  }

  /** Serves another config from now on. */
  async reload(conf: string): Promise<void> {
    this.#configure(conf);
    const before = this.#starts;
    process.kill(this.#server?.pid ?? 0, 'SIGUSR1');
    await until(() => this.#starts > before, 15_000);
  }

  /** How often the gateway has said that it goes on with a configuration. */
  get #starts(): number {
    return this.log.split('resuming normal operations').length;
  }

  #configure(conf: string): string {
    const file = join(this.directory, 'httpd.conf');
    const lines = [
      'ServerRoot "@DIR@"',
      'PidFile "@DIR@/httpd.pid"',
      'ErrorLog "@DIR@/error.log"',
      `Listen 127.0.0.1:${this.port}`,
      'User www-data',
      'Group www-data',
      'ServerName www.example.test',
      'DocumentRoot "@DIR@"',
      conf,
      '',
    ];
    const text = lines
      .join('\n')
      .replaceAll('@DIR@', this.directory)
      .replaceAll('@APP@', `127.0.0.1:${this.responder.port}`)
      .replaceAll('@PORT@', String(this.responder.port))
      .replaceAll('@DEAD@', `127.0.0.1:${this.#deadPort}`);
    writeFileSync(file, text);
    return file;
  }

  get log(): string {
    const path = join(this.directory, 'error.log');
    return existsSync(path) ? readFileSync(path, 'latin1') : '';
  }

  /** Memory of the gateway that no file backs, in bytes. */
  get residentBytes(): number {
    const status = readFileSync(`/proc/${this.#server?.pid ?? 0}/status`, 'latin1');
    return Number(/RssAnon:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  }

  get isAlive(): boolean {
    return this.#server?.isAlive() === true;
  }

  /** The first response to a request of a connection of its own. */
  async ask(
    target: string,
    options: { method?: string; more?: string; body?: string } = {},
  ): Promise<RawResponse> {
    const { method = 'GET', more = '', body = '' } = options;
    const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`;
    const bytes = `${method} ${target} HTTP/1.1\r\nHost: a\r\n${length}${more}\r\n${body}`;
    const { responses } = await exchange(this.port, [{ kind: 'bytes', bytes }], [method]);
    return responses[0] ?? { statusLine: '', headers: [], framing: 'none', body: '', isTruncated: true };
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
    await this.responder.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Settles when the condition holds; fails after the limit. */
export async function until(condition: () => boolean, limitMs = 5_000): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('waited in vain');
    await new Promise((wake) => setTimeout(wake, 10));
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
