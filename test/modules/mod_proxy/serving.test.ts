import { readdirSync, readlinkSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { MisbehavingResponder, type Behaviour } from '../../harness/misbehaving-responder.ts';
import { InProcessGateway, received, until } from './gateway-in-process.ts';

const HEAD = 'Content-Type: text/plain\r\n\r\n';

const behaviours: Record<string, Behaviour> = {
  well: (talk) =>
    void talk
      .stdinEnded()
      .then(() =>
        talk
          .out(`${HEAD}stdin=${talk.stdinBytes} length=${talk.params.get('CONTENT_LENGTH') ?? 'none'}`)
          .finish(),
      ),
  echo: (talk) =>
    void talk.out(HEAD + [...talk.params].map(([name, value]) => `${name}=${value}`).join('\n')).finish(),
  closeAtOnce: (talk) => talk.close(),
  firstOnly: (talk) => {
    if (talk.servedBefore > 0) talk.close();
    else talk.out(`${HEAD}fresh`).finish();
  },
  silent: () => undefined,
  half: (talk) => void talk.out(`${HEAD}half`).socket.end(),
  overloaded: (talk) => void talk.finish({ status: 2, withoutStdoutEnd: true }),
  flood: (talk) => {
    talk.out(HEAD);
    const block = Buffer.alloc(60_000, 'y');
    const write = (): void => {
      while (!talk.socket.destroyed && talk.socket.writableLength < 1_000_000) talk.out(block);
    };
    talk.socket.on('drain', write);
    write();
  },
  slowly: (talk) => {
    talk.out(`${HEAD}first`);
    const timer = setTimeout(() => talk.out('second').finish(), 400);
    talk.socket.on('close', () => clearTimeout(timer));
  },
  trusted: (talk) => void talk.out(`Content-Length: 3\r\n${HEAD}longer`).finish(),
  hop: (talk) =>
    void talk
      .out(`Keep-Alive: x\r\nConnection: X-Private\r\nX-Private: 1\r\nX-Shown: 2\r\n${HEAD}b`)
      .finish(),
  interim: (talk) => void talk.out(`Status: 103\r\n${HEAD}b`).finish(),
};

let application: MisbehavingResponder;
let gateway: InProcessGateway;

async function serve(fragment: string): Promise<InProcessGateway> {
  gateway = await new InProcessGateway(fragment.replaceAll('@P@', String(application.port))).listen();
  return gateway;
}

/** Open files that have no name any more, as the one that a body is collected in. */
function namelessFiles(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).endsWith(' (deleted)');
    } catch {
      return false;
    }
  }).length;
}

beforeAll(async () => {
  application = new MisbehavingResponder({ behaviours });
  await application.listen(0);
});
afterEach(async () => {
  await gateway.close();
});
afterAll(() => application.close());

describe('fail-over and retries', () => {
  const balancer = `<Proxy balancer://c>
    BalancerMember fcgi://127.0.0.1:1
    BalancerMember fcgi://127.0.0.1:@P@
    </Proxy>
    ProxyPass /b/ balancer://c/`;

  test('a POST goes to the next member with its whole body when the first refuses the connection', async () => {
    await serve(balancer);
    expect(
      await gateway.get('/b/x?do=well', { method: 'POST', headers: ['Content-Length: 3'], body: 'abc' }),
    ).toContain('stdin=3 length=3');
    expect(gateway.log.some((line) => line.includes('AH01079'))).toBe(true);
  });

  test('a POST is not given to another member once an application has it', async () => {
    await serve(`<Proxy balancer://d>
      BalancerMember fcgi://127.0.0.1:@P@
      BalancerMember fcgi://localhost:@P@
      </Proxy>
      ProxyPass /d/ balancer://d/`);
    const answer = await gateway.get('/d/x?do=closeAtOnce&key=once', {
      method: 'POST',
      headers: ['Content-Length: 3'],
      body: 'abc',
    });
    expect(answer).toContain('503 Service Unavailable');
    expect(application.executions.get('once')).toBe(1);
  });

  test('a body that was collected is let go of when no member is left', async () => {
    await serve(`<Proxy balancer://e>
      BalancerMember fcgi://127.0.0.1:1
      ProxySet maxattempts=2 forcerecovery=off
      </Proxy>
      ProxyPass /e/ balancer://e/`);
    const before = namelessFiles();
    const answer = await gateway.get('/e/x', {
      method: 'POST',
      headers: ['Transfer-Encoding: chunked'],
      body: `${(300_000).toString(16)}\r\n${'x'.repeat(300_000)}\r\n0\r\n\r\n`,
    });
    expect(answer).toContain('503 Service Unavailable');
    expect(gateway.log.some((line) => line.includes('AH01170'))).toBe(true);
    await until(() => namelessFiles() <= before);
  });

  test('a GET is sent again when a kept connection was closed under it', async () => {
    await serve('ProxyPass /k/ fcgi://127.0.0.1:@P@/ enablereuse=on');
    expect(await gateway.get('/k/x?do=firstOnly')).toContain('fresh');
    expect(await gateway.get('/k/x?do=firstOnly')).toContain('fresh');
  });

  test('a POST is not sent again then', async () => {
    await serve('ProxyPass /k/ fcgi://127.0.0.1:@P@/ enablereuse=on');
    await gateway.get('/k/x?do=firstOnly');
    expect(
      await gateway.get('/k/x?do=firstOnly', { method: 'POST', headers: ['Content-Length: 0'] }),
    ).toContain('503 Service Unavailable');
  });

  test('an overloaded application is 503, not an empty 200', async () => {
    await serve('ProxyPass /o/ fcgi://127.0.0.1:@P@/');
    expect(await gateway.get('/o/x?do=overloaded')).toMatch(/^HTTP\/1\.1 503 /);
  });
});

describe('what reaches the client', () => {
  test('a body that breaks off cannot pass for a whole one', async () => {
    await serve('ProxyPass /h/ fcgi://127.0.0.1:@P@/');
    const answer = await gateway.get('/h/x?do=half');
    expect(answer).toContain('half');
    expect(answer.endsWith('0\r\n\r\n')).toBe(false);
  });

  test('fields about the connection stay behind', async () => {
    await serve('ProxyPass /h/ fcgi://127.0.0.1:@P@/');
    const answer = await gateway.get('/h/x?do=hop');
    expect(answer).toContain('X-Shown: 2');
    expect(answer).not.toMatch(/keep-alive: x|x-private/i);
  });

  test('an interim status is no answer', async () => {
    await serve('ProxyPass /h/ fcgi://127.0.0.1:@P@/');
    expect(await gateway.get('/h/x?do=interim')).toMatch(/^HTTP\/1\.1 502 /);
  });

  test('no more bytes are sent than a trusted length announces', async () => {
    await serve('SetEnvIf Host . ap_trust_cgilike_cl\nProxyPass /h/ fcgi://127.0.0.1:@P@/');
    const answer = await gateway.get('/h/x?do=trusted');
    expect(answer).toContain('Content-Length: 3');
    expect(answer.slice(answer.indexOf('\r\n\r\n') + 4)).toBe('lon');
  });

  test('flushpackets=on lets each piece go at once', async () => {
    await serve('ProxyPass /h/ fcgi://127.0.0.1:@P@/ flushpackets=on');
    const socket = await gateway.connect();
    socket.write('GET /h/x?do=slowly HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    let text = '';
    socket.on('data', (bytes) => (text += bytes.toString('latin1')));
    await until(() => text.includes('first'));
    expect(text).not.toContain('second');
    await received(socket);
    expect(text).toContain('second');
  });

  test('a silent application is given up after its timeout', async () => {
    await serve('ProxyTimeout 1\nProxyPass /h/ fcgi://127.0.0.1:@P@/');
    expect(await gateway.get('/h/x?do=silent')).toMatch(/^HTTP\/1\.1 504 /);
    expect(gateway.log.some((line) => line.includes('AH01075') && line.includes('(polling)'))).toBe(true);
  });
});

describe('clients that leave or are slow', () => {
  test('the application loses its connection when the client is reset', async () => {
    await serve('ProxyPass /h/ fcgi://127.0.0.1:@P@/');
    await until(() => application.open === 0);
    const socket = await gateway.connect();
    socket.write('GET /h/x?do=silent HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(() => application.open === 1);
    socket.resetAndDestroy();
    await until(() => application.open === 0);
  });

  test('a client that reads nothing holds the application back', async () => {
    await serve('ProxyPass /h/ fcgi://127.0.0.1:@P@/');
    const socket = await gateway.connect();
    socket.pause();
    const before = process.memoryUsage().rss;
    socket.write('GET /h/x?do=flood HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(() => application.open === 1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
    socket.resetAndDestroy();
    await until(() => application.open === 0);
  });
});

describe('request bodies', () => {
  test('a chunked body that comes in pieces has its true length', async () => {
    await serve('ProxyPass /h/ fcgi://127.0.0.1:@P@/');
    const socket = await gateway.connect();
    socket.write(
      'POST /h/x?do=well HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n',
    );
    const block = 'z'.repeat(60_000);
    setImmediate(() => {
      for (let i = 0; i < 5; i++) socket.write(`${block.length.toString(16)}\r\n${block}\r\n`);
      socket.write('0\r\n\r\n');
    });
    expect(await received(socket)).toContain('stdin=300005 length=300005');
  });

  test('100 Continue is sent when the application wants the body, and not when nobody answers', async () => {
    await serve('ProxyPass /h/ fcgi://127.0.0.1:@P@/\nProxyPass /dead/ fcgi://127.0.0.1:1/');
    const headers = ['Content-Length: 3', 'Expect: 100-continue'];
    expect(await gateway.get('/dead/x', { method: 'POST', headers })).toMatch(/^HTTP\/1\.1 503 /);
    const socket = await gateway.connect();
    socket.write(
      `POST /h/x?do=well HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers.join('\r\n')}\r\n\r\n`,
    );
    socket.once('data', () => socket.write('abc'));
    expect(await received(socket)).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK[^]*stdin=3/);
  });
});

test('ProxyFCGISetEnvIf changes, removes and hands groups on', async () => {
  await serve(`ProxyPass /h/ fcgi://127.0.0.1:@P@/
    ProxyFCGISetEnvIf "reqenv('REQUEST_URI') =~ m#/h/(\\w+)#" GOT "$1"
    ProxyFCGISetEnvIf "true" AGAIN "$1"
    ProxyFCGISetEnvIf "true" !SERVER_SIGNATURE
    ProxyFCGISetEnvIf "false" NEVER 1
    ProxyFCGISetEnvIf "true" EMPTY`);
  const answer = await gateway.get('/h/name?do=echo');
  expect(answer).toMatch(/^GOT=name$/m);
  expect(answer).toMatch(/^AGAIN=name$/m);
  expect(answer).toMatch(/^EMPTY=\r?$/m);
  expect(answer).not.toMatch(/SERVER_SIGNATURE|NEVER/);
});

test('a request for a scheme that nobody serves is never answered with the file', async () => {
  await serve('<Files httpd.conf>\nSetHandler "proxy:http://127.0.0.1:1"\n</Files>');
  const answer = await gateway.get('/httpd.conf');
  expect(answer).toMatch(/^HTTP\/1\.1 500 /);
  expect(answer).not.toContain('LoadModule');
});
