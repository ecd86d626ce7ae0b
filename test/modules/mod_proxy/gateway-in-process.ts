import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { bindConfig } from '../../../src/bind/bind.ts';
import type { Diagnostic } from '../../../src/diagnostics/diagnostic.ts';
import { connectionInfo } from '../../../src/http1/connection-info.ts';
import { HttpFront } from '../../../src/http1/front.ts';
import { load } from '../../../src/load/load.ts';
import { makePlan } from '../../../src/plan/plan.ts';
import { NO_NAMES } from '../../../src/plan/resolve-names.ts';
import { PlanHost } from '../../../src/server/front-host.ts';

const MODULES = [
  'mpm_event',
  'authz_core',
  'alias',
  'dir',
  'env',
  'setenvif',
  'slotmem_shm',
  'proxy',
  'proxy_fcgi',
  'proxy_balancer',
  'lbmethod_byrequests',
];

/** The gateway of a config fragment, in this process, on a free port. */
export class InProcessGateway {
  readonly log: string[] = [];
  readonly diagnostics: readonly Diagnostic[];
  readonly directory = mkdtempSync(join(tmpdir(), 'hgw-proxy-'));
  readonly #clients = new Set<Socket>();
  readonly #server: Server;
  readonly #front: HttpFront;

  constructor(fragment: string) {
    const path = join(this.directory, 'httpd.conf');
    const lines = [
      `ServerRoot ${this.directory}`,
      ...MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
      'ServerName www.example.test',
      'Listen 127.0.0.1:1',
      `DocumentRoot ${this.directory}`,
      fragment,
    ];
    writeFileSync(path, `${lines.join('\n')}\n`, 'latin1');
    const bound = bindConfig(load({ rootPath: path, serverRoot: this.directory }), { mayTouchDisk: true });
    const plan = makePlan(bound, {
      errorLog: {
        log: (_level, module, number, message, context) =>
          this.log.push(
            `${module} ${number} ${message}${context.cause === undefined ? '' : ` (${context.cause})`}`,
          ),
      },
      readHtaccess: () => ({ error: 'none here' }),
      names: NO_NAMES,
      machineName: 'localhost',
    });
    this.diagnostics = [...bound.diagnostics, ...plan.diagnostics];
    this.#front = new HttpFront(new PlanHost(plan));
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.#front.accept(socket, connectionInfo(socket, false));
    });
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  connect(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, '127.0.0.1', () => resolve(socket));
      socket.once('error', reject);
      this.#clients.add(socket);
    });
  }

  /** What comes back for one request on a connection of its own. */
  async get(
    path: string,
    options: { method?: string; headers?: readonly string[]; body?: string } = {},
  ): Promise<string> {
    const socket = await this.connect();
    const lines = [
      `${options.method ?? 'GET'} ${path} HTTP/1.1`,
      'Host: www.example.test',
      'Connection: close',
    ];
    socket.write(
      `${[...lines, ...(options.headers ?? [])].join('\r\n')}\r\n\r\n${options.body ?? ''}`,
      'latin1',
    );
    return received(socket);
  }

  async close(): Promise<void> {
    for (const socket of this.#clients) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** All bytes of a connection until it ends. */
export function received(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (bytes) => (text += bytes.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
}

/** Waits for a condition that must come true soon. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('the awaited condition did not come true');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
