import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bindConfig } from '../../src/bind/bind.ts';
import { load } from '../../src/load/load.ts';
import { runPhase, processInternal } from '../../src/pipeline/process.ts';
import { RequestRecord } from '../../src/pipeline/request.ts';
import type { ResponseSink } from '../../src/pipeline/exchange.ts';
import type { HookResult } from '../../src/pipeline/status.ts';
import { NO_BODY } from '../../src/pipeline/subrequest.ts';
import { Table } from '../../src/pipeline/table.ts';
import { parseUri } from '../../src/pipeline/url.ts';
import { makePlan, type Plan } from '../../src/plan/plan.ts';
import { NO_NAMES } from '../../src/plan/resolve-names.ts';

const NO_OUTPUT: ResponseSink = {
  write: () => true,
  flush: () => undefined,
  end: () => undefined,
  abort: () => undefined,
  isHeadSent: false,
  isClosed: false,
  onDrain: undefined,
  onGone: undefined,
};

/** A request that went through its phases up to the handler. */
export interface Mapped {
  readonly result: HookResult;
  readonly req: RequestRecord;
  readonly location: string | undefined;
}

/** A configuration with a document root, whose requests are mapped without a socket. */
export class MappedSite {
  readonly root = mkdtempSync(join(tmpdir(), 'mapped-'));
  readonly log: string[] = [];
  readonly warnings: readonly string[];
  readonly #plan: Plan;

  /** @param files texts by path from the document root; a path that ends in a slash is a directory */
  constructor(config: string, files: Readonly<Record<string, string>> = {}) {
    for (const [path, text] of Object.entries({
      'mime.types': 'text/html html\ntext/plain txt\n',
      ...files,
    })) {
      const full = join(this.root, path);
      mkdirSync(path.endsWith('/') ? full : dirname(full), { recursive: true });
      if (!path.endsWith('/')) writeFileSync(full, text);
    }
    const rootPath = join(this.root, 'httpd.conf');
    const head = `ServerRoot ${this.root}\nServerName www.test\nDocumentRoot ${this.root}\nListen 80\nTypesConfig mime.types\n`;
    writeFileSync(rootPath, `${head}${config.replaceAll('@ROOT@', this.root)}\n`, 'latin1');
    const bound = bindConfig(load({ rootPath, serverRoot: this.root }), { mayTouchDisk: true });
    const errors = bound.diagnostics.filter(({ severity }) => severity === 'error');
    if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
    this.#plan = makePlan(bound, {
      errorLog: { log: (_level, _module, number, message) => void this.log.push(`${number} ${message}`) },
      readHtaccess: () => ({ error: 'no .htaccess here' }),
      names: NO_NAMES,
      machineName: 'machine.test',
    });
    this.warnings = [...bound.diagnostics, ...this.#plan.diagnostics].map(({ message }) => message);
  }

  map(target: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Mapped {
    const headersIn = new Table();
    for (const [name, value] of Object.entries({ Host: 'www.test', ...headers })) headersIn.add(name, value);
    const connection = {
      localAddress: '127.0.0.1',
      localPort: 80,
      remoteAddress: '192.0.2.7',
      remotePort: 4711,
      isTls: false,
      keptAlive: 0,
      remoteHost: undefined,
      id: 1,
    };
    const hostname = headersIn.get('host')!;
    const server = this.#plan.vhosts.forAddress('127.0.0.1', 80).select(hostname);
    const head = {
      theRequest: `${method} ${target} HTTP/1.1`,
      method,
      unparsedUri: target,
      protocol: 'HTTP/1.1',
      protocolNumber: 1001,
      headersIn,
      hostname,
      hostPort: undefined,
    };
    const req = new RequestRecord(head, connection, server, NO_BODY, NO_OUTPUT);
    parseUri(req, target);
    void runPhase(req, 'postReadRequest');
    const result = processInternal(req);
    if (result instanceof Promise) throw new Error('a hook had to wait');
    return { result, req, location: req.headersOut.get('Location') };
  }

  close(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
