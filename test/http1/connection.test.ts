import { connect } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { sendRaw, startFront, type Handler, type TestFront } from './front-harness.ts';
import { DEFAULT_FRONT_SETTINGS, type FrontSettings } from '../../src/http1/settings.ts';
import type { RequestRecord } from '../../src/pipeline/request.ts';

let gw: TestFront;

async function front(handler: Handler, settings: Partial<FrontSettings> = {}): Promise<void> {
  gw = await startFront(handler, settings);
}
afterEach(() => gw.close());

const get = (path = '/', fields = ''): string => `GET ${path} HTTP/1.1\r\nHost: gw.test\r\n${fields}\r\n`;
const CLOSE = 'Connection: close\r\n';
const hello: Handler = (req) => {
  req.headersOut.set('Content-Length', '5');
  req.output.write('hello');
  return 0;
};

describe('keeping the connection', () => {
  test('the head says how long, when the client asks to keep it', async () => {
    await front(hello);
    const answer = await sendRaw(gw.port, get('/', 'Connection: keep-alive\r\n') + get('/', CLOSE));
    const [first, second] = answer.text.split('hello');
    expect(first).toMatch(
      /Content-Length: 5\r\nKeep-Alive: timeout=5, max=100\r\nConnection: Keep-Alive\r\n\r\n$/,
    );
    expect(second).toMatch(/Connection: close\r\n\r\n$/);
  });

  test('MaxKeepAliveRequests counts down and closes', async () => {
    await front(hello, { maxKeepAliveRequests: 2 });
    const answer = await sendRaw(gw.port, get('/', 'Connection: Keep-Alive\r\n').repeat(4));
    expect(answer.ending).toBe('closed');
    expect(answer.text.match(/max=\d/g)).toEqual(['max=2', 'max=1']);
    expect(answer.text.match(/HTTP\/1\.1 200/g)).toHaveLength(3);
  });

  test.each([
    ['HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n'],
    ['KeepAlive Off', get('/off')],
  ])('%s closes', async (_name, bytes) => {
    await front(hello, bytes.includes('/off') ? { keepAlive: false } : {});
    const answer = await sendRaw(gw.port, bytes);
    expect(answer.ending).toBe('closed');
    expect(answer.text).toContain('Connection: close');
  });

  test('HTTP/1.0 is kept when it asks and the length is known', async () => {
    await front(hello);
    const answer = await sendRaw(gw.port, 'GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n', {
      until: /hello/,
    });
    expect(answer.text).toContain('Connection: Keep-Alive');
  });

  test('an idle client is closed after KeepAliveTimeout', async () => {
    await front(hello, { keepAliveTimeoutMs: 150 });
    const answer = await sendRaw(gw.port, get());
    expect(answer.ending).toBe('closed');
    expect(answer.text).toMatch(/hello$/);
  });

  test('closing the front ends idle connections at once and busy ones behind their answer', async () => {
    let release: (() => void) | undefined;
    await front((req) =>
      req.unparsedUri === '/slow'
        ? new Promise(
            (resolve) =>
              (release = () => {
                req.output.write('late');
                resolve(0);
              }),
          )
        : hello(req),
    );
    const idle = sendRaw(gw.port, get());
    const busy = sendRaw(gw.port, get('/slow'));
    await vi.waitFor(() => {
      expect(gw.front.idleCount === 1 && release !== undefined).toBe(true);
    });
    gw.front.close();
    expect((await idle).ending).toBe('closed');
    release!();
    const last = (await busy).text;
    expect(last).toMatch(/Connection: close/);
    // Its end can be told from a connection that broke.
    expect(last).toMatch(/Transfer-Encoding: chunked[^]*\r\n\r\n4\r\nlate\r\n0\r\n\r\n$/);
    await vi.waitFor(() => {
      expect(gw.front.size).toBe(0);
    });
  });
});

describe('pipelining', () => {
  test('twenty requests are answered in order, one at a time', async () => {
    let running = 0;
    let most = 0;
    await front(async (req) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      req.output.write(`<${req.unparsedUri}>`);
      return 0;
    });
    const bytes = Array.from({ length: 20 }, (_, i) => get(`/${i}`, i === 19 ? CLOSE : '')).join('');
    const answer = await sendRaw(gw.port, bytes);
    expect(answer.text.match(/<\/\d+>/g)).toEqual(Array.from({ length: 20 }, (_, i) => `</${i}>`));
    expect(most).toBe(1);
  });

  test('bodies of pipelined requests stay apart', async () => {
    await front(
      (req) =>
        new Promise((resolve) => {
          let text = '';
          req.body.start(
            {
              data: (chunk) => (text += chunk.toString('latin1')),
              end: () => {
                req.output.write(`<${text}>`);
                resolve(0);
              },
              fail: ({ status }) => {
                resolve(status);
              },
            },
            0,
          );
        }),
    );
    const one = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc';
    const two = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nGET\r\n0\r\n\r\n';
    const answer = await sendRaw(gw.port, one + two + one + get('/', CLOSE));
    expect(answer.text.match(/<\w*>/g)).toEqual(['<abc>', '<GET>', '<abc>', '<>']);
  });

  test('what comes ahead is bounded', async () => {
    let release: (() => void) | undefined;
    await front((req) =>
      req.unparsedUri === '/slow'
        ? new Promise(
            (resolve) =>
              (release = () => {
                resolve(0);
              }),
          )
        : hello(req),
    );
    const client = connect(gw.port, '127.0.0.1');
    client.resume();
    client.write(get('/slow'));
    const more = Buffer.alloc(16 * 1024 * 1024, get());
    client.write(more);
    await vi.waitFor(() => {
      expect(release).toBeDefined();
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(client.writableLength).toBeGreaterThan(1024 * 1024);
    client.destroy();
  });
});

describe('framing of responses', () => {
  test('head and small body leave in one piece, the length known or not', async () => {
    await front((req) => {
      req.contentType = 'text/plain';
      if (req.unparsedUri === '/known') return hello(req);
      req.output.write('he');
      req.output.write(Buffer.from('llo'));
      return 0;
    });
    const known = await sendRaw(gw.port, get('/known', CLOSE));
    expect(known.text).toMatch(
      /^HTTP\/1\.1 200 OK\r\nDate: [^\r]+\r\nServer: Apache\r\nContent-Length: 5\r\nConnection: close\r\nContent-Type: text\/plain\r\n\r\nhello$/,
    );
    const unknown = await sendRaw(gw.port, get('/', CLOSE));
    expect(unknown.text).toMatch(
      /Transfer-Encoding: chunked\r\nContent-Type: text\/plain\r\n\r\n5\r\nhello\r\n0\r\n\r\n$/,
    );
    const old = await sendRaw(gw.port, 'GET / HTTP/1.0\r\n\r\n');
    expect(old.text).not.toMatch(/Transfer-Encoding|Content-Length/);
    expect(old.text).toMatch(/\r\n\r\nhello$/);
  });

  test('nothing written is an empty body', async () => {
    await front(() => 0);
    expect((await sendRaw(gw.port, get('/', CLOSE))).text).toMatch(/Content-Length: 0\r\n/);
  });

  test.each([204, 304])('%i has neither body nor length', async (status) => {
    await front((req) => {
      req.status = status;
      req.headersOut.set('Content-Length', '5');
      req.contentType = 'text/plain';
      req.output.write('hello');
      return 0;
    });
    const answer = await sendRaw(gw.port, get('/', CLOSE));
    expect(answer.text).toMatch(/\r\n\r\n$/);
    expect(answer.text).not.toMatch(/Content-|Transfer-/);
  });

  test('HEAD has the length of the body and not the body', async () => {
    await front(hello);
    const bytes = get().replace('GET', 'HEAD') + get('/', CLOSE);
    const answer = await sendRaw(gw.port, bytes);
    expect(answer.text.match(/hello/g)).toHaveLength(1);
    expect(answer.text.match(/Content-Length: 5/g)).toHaveLength(2);
    expect(gw.seen[0]!.bytesSent).toBe(0);
    expect(gw.seen[1]!.bytesSent).toBe(5);
  });

  test('bytes beyond the promised length never reach the next response', async () => {
    await front((req) => {
      req.headersOut.set('Content-Length', '5');
      req.output.write('hello, and more');
      return 0;
    });
    const answer = await sendRaw(gw.port, get() + get('/', CLOSE));
    expect(answer.text.match(/\r\n\r\nhello(?=HTTP|$)/g)).toHaveLength(2);
  });

  test.each([
    [['5', '7'], /Content-Length: 5\r\n/],
    [['5x'], /Transfer-Encoding: chunked\r\n/],
    [['-1'], /Transfer-Encoding: chunked\r\n/],
  ])('lengths %j frame a response in one way', async (lengths, framing) => {
    await front((req) => {
      for (const length of lengths) req.headersOut.add('Content-Length', length);
      req.output.write('hello');
      return 0;
    });
    const { text } = await sendRaw(gw.port, get('/', CLOSE));
    expect(text).toMatch(framing);
    expect(text.match(/Content-Length|Transfer-Encoding/g)).toHaveLength(1);
  });

  test('fewer bytes than promised close the connection', async () => {
    await front((req) => {
      req.headersOut.set('Content-Length', '50');
      req.output.write('hello');
      return 0;
    });
    const answer = await sendRaw(gw.port, get() + get());
    expect(answer.ending).toBe('closed');
    expect(answer.text.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  test('a cut response can be told from a whole one', async () => {
    let resets = 0;
    await front((req) => {
      // A client written in node reports a reset behind data as an orderly end, so it is seen where it is made.
      vi.spyOn(gw.handles.at(-1)!, 'reset').mockImplementation(() => resets++);
      req.output.write('part');
      req.output.flush();
      req.output.abort();
      return 0;
    });
    const chunked = await sendRaw(gw.port, get());
    expect(chunked.text).toMatch(/4\r\npart\r\n$/);
    expect(chunked.ending).toBe('closed');
    expect(resets).toBe(0);
    await sendRaw(gw.port, 'GET / HTTP/1.0\r\n\r\n', { until: /part/ });
    expect(resets).toBe(1);
    expect(gw.seen[0]!.connectionFate).toBe('aborted');
  });

  test.each([
    ['X Bad', 'v', 'AH02429'],
    ['', 'v', 'AH02428'],
    ['X(', 'v', 'AH02429'],
    ['X', 'a\r\nSet-Cookie: evil=1', 'AH02430'],
    ['X', 'a\0b', 'AH02430'],
  ])('header %j with value %j is answered with 500', async (name, value, number) => {
    await front((req) => {
      req.headersOut.set('X-Secret', '1');
      req.headersOut.add(name, value);
      req.output.write('body of the handler');
      return 0;
    });
    const answer = await sendRaw(gw.port, get());
    expect(answer.text).toMatch(/^HTTP\/1\.1 500 Internal Server Error\r\n/);
    expect(answer.text).not.toMatch(/evil|X-Secret|body of the handler/);
    expect(answer.ending).toBe('closed');
    expect(gw.logged.map((line) => line.number)).toContain(number);
  });

  test('headers for any outcome come first, and those of the last record count', async () => {
    await front((req) => {
      req.headersOut.set('X-Own', '1');
      req.errHeadersOut.set('X-Always', '2');
      return 0;
    });
    expect((await sendRaw(gw.port, get('/', CLOSE))).text).toMatch(/X-Always: 2\r\nX-Own: 1\r\n/);
  });
});

describe('faults of handlers', () => {
  test.each([
    [
      'throws',
      () => {
        throw new Error('boom');
      },
    ],
    ['rejects', () => Promise.reject(new Error('boom'))],
  ] as const)('one that %s costs its connection only', async (_name, fail) => {
    await front((req) => (req.unparsedUri === '/bad' ? fail() : hello(req)));
    const answer = await sendRaw(gw.port, get('/bad'));
    expect(answer.ending).not.toBe('open');
    expect(gw.logged.some((line) => line.message.includes('boom'))).toBe(true);
    expect((await sendRaw(gw.port, get('/', CLOSE))).text).toContain('hello');
  });
});

describe('clients that leave, stop or crawl', () => {
  const timeouts = (header: number, body: number): Partial<FrontSettings> => ({
    readTimeouts: {
      handshake: { initialMs: 0, maxMs: undefined, minRate: 0 },
      header: { initialMs: header, maxMs: header * 2, minRate: 500 },
      body: { initialMs: body, maxMs: undefined, minRate: 500 },
    },
  });

  test('a request whose client finished its side is served', async () => {
    await front(hello);
    const answer = await sendRaw(gw.port, get(), { halfClose: true });
    expect(answer.text).toMatch(/hello$/);
    expect(answer.ending).toBe('closed');
  });

  test('a handler hears of a client that resets', async () => {
    let request: RequestRecord | undefined;
    let gone = 0;
    await front((req) => {
      request = req;
      req.output.onGone = () => gone++;
      return new Promise(() => {});
    });
    const client = connect(gw.port, '127.0.0.1');
    client.write(get());
    await vi.waitFor(() => {
      expect(request).toBeDefined();
    });
    client.resetAndDestroy();
    await vi.waitFor(() => {
      expect(gone).toBe(1);
    });
    expect(request!.output.isClosed).toBe(true);
    expect(request!.connectionFate).toBe('aborted');
    expect(gw.front.size).toBe(0);
  });

  test('a consumer hears of a client that resets in its upload', async () => {
    const failures: boolean[] = [];
    await front(
      (req) =>
        new Promise(() => {
          req.body.start({ data: () => {}, end: () => {}, fail: ({ isGone }) => failures.push(isGone) }, 0);
        }),
    );
    const client = connect(gw.port, '127.0.0.1');
    client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc');
    await vi.waitFor(() => {
      expect(gw.seen).toHaveLength(1);
    });
    client.resetAndDestroy();
    await vi.waitFor(() => {
      expect(failures).toEqual([true]);
    });
  });

  test('silence is closed without an answer', async () => {
    await front(hello, timeouts(100, 100));
    expect(await sendRaw(gw.port, '')).toEqual({ text: '', ending: 'closed' });
    expect(await sendRaw(gw.port, 'GET / HT')).toEqual({ text: '', ending: 'closed' });
  });

  test('half a head gets 408', async () => {
    await front(hello, timeouts(100, 100));
    const answer = await sendRaw(gw.port, 'GET / HTTP/1.1\r\nHost');
    expect(answer.text).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(answer.ending).toBe('closed');
  });

  test('half a body gets 408', async () => {
    await front(
      (req) =>
        new Promise((resolve) => {
          req.body.start(
            {
              data: () => {},
              end: () => {
                resolve(0);
              },
              fail: ({ status }) => {
                resolve(status);
              },
            },
            0,
          );
        }),
      timeouts(100, 100),
    );
    const answer = await sendRaw(gw.port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc');
    expect(answer.text).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer.ending).toBe('closed');
  });

  test('half-open heads do not delay others', async () => {
    await front(hello, timeouts(2000, 2000));
    const clients = Array.from({ length: 200 }, () => {
      const client = connect(gw.port, '127.0.0.1');
      client.on('error', () => {});
      client.write('GET / HTTP/1.1\r\nHost: a\r\nX-');
      return client;
    });
    await vi.waitFor(() => {
      expect(gw.front.size).toBe(200);
    });
    expect((await sendRaw(gw.port, get('/', CLOSE))).text).toContain('hello');
    for (const client of clients) client.destroy();
  });

  test('a writer is told to stop for a slow reader, and memory stays bounded', async () => {
    let written = 0;
    let blocked = 0;
    const total = 64 * 1024 * 1024;
    await front(
      (req) =>
        new Promise((resolve) => {
          req.headersOut.set('Content-Length', String(total));
          const piece = Buffer.alloc(65_536, 'x');
          const pump = (): void => {
            while (written < total) {
              written += piece.length;
              if (!req.output.write(piece)) {
                blocked++;
                req.output.onDrain = pump;
                return;
              }
            }
            resolve(0);
          };
          pump();
        }),
    );
    const client = connect(gw.port, '127.0.0.1');
    client.pause();
    client.write(get('/', CLOSE));
    await vi.waitFor(() => {
      expect(blocked).toBeGreaterThan(0);
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(written).toBeLessThan(total / 2);
    let received = 0;
    client.on('data', (chunk) => (received += chunk.length));
    client.resume();
    await new Promise((resolve) => client.on('end', resolve));
    expect(received).toBeGreaterThan(total);
    client.destroy();
  });

  test('a reader that takes nothing is given up after Timeout', async () => {
    await front(
      (req) =>
        new Promise((resolve) => {
          req.output.onGone = () => {
            resolve(0);
          };
          const piece = Buffer.alloc(65_536, 'x');
          while (req.output.write(piece));
          const more = (): void => {
            while (!req.output.isClosed && req.output.write(piece));
          };
          req.output.onDrain = more;
        }),
      { timeoutMs: 200 },
    );
    const client = connect(gw.port, '127.0.0.1');
    client.on('error', () => {});
    client.pause();
    client.write(get());
    await vi.waitFor(() => {
      expect(gw.seen).toHaveLength(1);
    });
    await vi.waitFor(() => {
      expect(gw.front.size).toBe(0);
    }, 3000);
    client.destroy();
  });
});

test('a kept connection is served on the plan of the moment', async () => {
  await front(hello);
  const other = { ...gw.server };

  const { host } = gw.front;
  const client = connect(gw.port, '127.0.0.1');
  let text = '';
  client.on('data', (chunk) => (text += chunk.toString('latin1')));
  client.write(get());
  await vi.waitFor(() => {
    expect(text).toContain('hello');
  });

  host.serverFor = () => other;
  host.serverForHost = () => other;
  host.settings = () => ({ ...DEFAULT_FRONT_SETTINGS, limitRequestFields: 1 });
  client.write(get('/', 'X: 1\r\n'));
  await vi.waitFor(() => {
    expect(text).toContain('400 Bad Request');
  });
  expect(gw.seen[1]!.server).toBe(other);
  client.destroy();
});
