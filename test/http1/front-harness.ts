import { statSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { connectionInfo } from '../../src/http1/connection-info.ts';
import { FRONT_SOCKET_OPTIONS, HttpFront, type FrontHost } from '../../src/http1/front.ts';
import { DEFAULT_FRONT_SETTINGS, type FrontSettings } from '../../src/http1/settings.ts';
import { createCoreServerConfig } from '../../src/modules/core/config.ts';
import { coreModule } from '../../src/modules/core/index.ts';
import { defaultHandler } from '../../src/modules/default-handler.ts';
import { httpCore } from '../../src/modules/http_core.ts';
import { slotCount } from '../../src/modules/module.ts';
import { DirConfig } from '../../src/pipeline/dir-config.ts';
import { sendErrorResponse } from '../../src/pipeline/error-page.ts';
import type { RequestRecord } from '../../src/pipeline/request.ts';
import type { ServerRecord } from '../../src/pipeline/server.ts';
import { DECLINED, DONE, OK, type HookResult } from '../../src/pipeline/status.ts';

/** A front on a real socket, with one server behind it whose pipeline is a function of the test. */
export interface TestFront {
  readonly port: number;
  readonly front: HttpFront;
  readonly server: ServerRecord;
  /** Error-log numbers and messages, in order. */
  readonly logged: { number: string; message: string }[];
  /** Requests in the order they were handed to the pipeline, refused ones too. */
  readonly seen: RequestRecord[];
  /** The handles of accepted sockets. */
  readonly handles: { reset(): number }[];
  close(): Promise<void>;
}

export type Handler = (req: RequestRecord) => HookResult | Promise<HookResult>;

/** Ends a request as the pipeline does, with built-in pages only. */
export function finish(req: RequestRecord, result: HookResult): void {
  if (result === OK || result === DONE) {
    if (!req.output.isClosed) req.output.end();
    return;
  }
  req.status = result;
  req.server.gateway.services.sendErrorResponse(req, 0, undefined);
}

/** Serves files below a directory with httpd's default handler. */
export function serveFiles(root: string): Handler {
  return (req) => {
    const path = req.unparsedUri.replace(/^http:\/\/[^/]*/, '').replace(/\?.*/, '');
    req.uri = path;
    for (const hook of httpCore.hooks) {
      const answer = hook.run(req);
      if (answer !== DECLINED) return answer;
    }
    req.filename = root + (path === '/' ? '/index.html' : path);
    req.contentType = 'text/plain';
    try {
      req.finfo = statSync(req.filename);
    } catch {
      req.finfo = undefined;
    }
    return defaultHandler(req);
  };
}

/** A server record as the plan makes it, with default config. */
export function testServer(logged: { number: string; message: string }[]): ServerRecord {
  const serverConfig: unknown[] = new Array<unknown>(slotCount()).fill(undefined);
  serverConfig[coreModule.slot] = createCoreServerConfig();
  serverConfig[httpCore.slot] = {};
  const record = {
    isVirtual: false,
    hostname: 'gw.test',
    port: 0,
    scheme: undefined,
    span: undefined,
    serverConfig,
    dirDefaults: new DirConfig(new Array<unknown>(slotCount()).fill(undefined), [], []),
    directorySections: [],
    directoryMatchSections: [],
    locationSections: [],
    proxySections: [],
    gateway: {
      errorLog: {
        log: (_level: string, _module: string, number: string, message: string) =>
          logged.push({ number, message }),
      },
      services: {
        sendErrorResponse: (req: RequestRecord, recursive: number, text: string | undefined) => {
          sendErrorResponse(req, recursive, text, {
            adminAddress: undefined,
            signature: 'off',
            serverVersion: 'Apache',
            serverName: req.hostname ?? 'gw.test',
            serverPort: 80,
            mayTrace: true,
          });
        },
      },
    },
  };
  return record as unknown as ServerRecord;
}

/** Starts a front on a free loopback port (or the given one). */
export async function startFront(
  handler: Handler,
  settings: Partial<FrontSettings> = {},
  port = 0,
): Promise<TestFront> {
  const logged: { number: string; message: string }[] = [];
  const seen: RequestRecord[] = [];
  const server = testServer(logged);
  const all: FrontSettings = { ...DEFAULT_FRONT_SETTINGS, ...settings };
  const host: FrontHost = {
    serverVersion: 'Apache',
    defaultCharset: () => '',
    serverFor: () => server,
    serverForHost: () => server,
    settings: () => all,
    onRequest: (req) => {
      seen.push(req);
      const result = handler(req);
      if (result instanceof Promise)
        return result.then((late) => {
          finish(req, late);
        });
      finish(req, result);
      return undefined;
    },
    onRefused: (req, status) => {
      seen.push(req);
      finish(req, status);
    },
  };
  const front = new HttpFront(host);
  const handles: { reset(): number }[] = [];
  const listener: Server = createServer(FRONT_SOCKET_OPTIONS, (socket) => {
    handles.push((socket as unknown as { _handle: { reset(): number } })._handle);
    front.accept(socket, connectionInfo(socket, false));
  });
  await new Promise<void>((resolve) => listener.listen(port, '127.0.0.1', resolve));
  return {
    port: (listener.address() as AddressInfo).port,
    front,
    server,
    logged,
    seen,
    handles,
    close: () =>
      new Promise((resolve) => {
        front.destroy();
        listener.close(() => {
          resolve();
        });
      }),
  };
}

export interface RawAnswer {
  readonly text: string;
  readonly ending: 'closed' | 'reset' | 'open';
}

/**
 * What the server sends back for raw bytes, until it closes or is silent for a while.
 *
 * @param parts sent one after the other, each in its own turn
 */
export function sendRaw(
  port: number,
  parts: string | readonly string[],
  options: { readonly halfClose?: boolean; readonly silenceMs?: number; readonly until?: RegExp } = {},
): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    let text = '';
    const finishWith = (ending: RawAnswer['ending']): void => {
      clearTimeout(silence);
      socket.destroy();
      resolve({ text, ending });
    };
    const silence = setTimeout(() => {
      finishWith('open');
    }, options.silenceMs ?? 6000);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      silence.refresh();
      if (options.until?.test(text)) finishWith('open');
    });
    socket.on('end', () => {
      finishWith('closed');
    });
    socket.on('error', () => {
      finishWith('reset');
    });
    const queue = typeof parts === 'string' ? [parts] : [...parts];
    const next = (): void => {
      const part = queue.shift();
      if (part === undefined) {
        if (options.halfClose) socket.end();
        return;
      }
      socket.write(part, 'latin1', () => setImmediate(next));
    };
    socket.on('connect', next);
  });
}
