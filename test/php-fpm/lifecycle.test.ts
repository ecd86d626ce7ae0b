import { Agent, get } from 'node:http';

import { afterEach, describe, expect, test } from 'vitest';

import { canRunPhp } from '../harness/php-fpm.ts';
import { PhpSite } from './php-site.ts';

const FILES = {
  'pid.php': '<?php usleep((int) ($_GET["us"] ?? 0)); header("Content-Type: text/plain"); echo getmypid();',
};

const conf = (parameters: string, more = ''): string => `
Timeout 20
KeepAliveTimeout 20
${more}
<FilesMatch "\\.php$">
  SetHandler "proxy:fcgi://@FPM@"
</FilesMatch>
<Proxy "fcgi://@FPM@" ${parameters}>
</Proxy>
<VirtualHost *:*>
  ServerName tcp.test
</VirtualHost>
<VirtualHost *:*>
  ServerName socket.test
  <FilesMatch "\\.php$">
    SetHandler "proxy:unix:@SOCK@|fcgi://sock"
  </FilesMatch>
  <Proxy "unix:@SOCK@|fcgi://sock" ${parameters}>
  </Proxy>
</VirtualHost>
`;

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly elapsedMs: number;
}

describe.runIf(canRunPhp())('the life of PHP-FPM behind the gateway', () => {
  let site: PhpSite | undefined;
  const agents: Agent[] = [];
  afterEach(async () => {
    for (const agent of agents.splice(0)) agent.destroy();
    await site?.stop();
    site = undefined;
  });

  async function start(text: string, children = 4, poolLines: readonly string[] = []): Promise<PhpSite> {
    site = await PhpSite.start({ kinds: ['gateway'], conf: text, files: FILES, children, poolLines });
    return site;
  }

  function ask(path: string, host: string, agent: Agent): Promise<Reply> {
    const began = performance.now();
    return new Promise((resolve, reject) => {
      const port = site?.port('gateway') ?? 0;
      const request = get({ port, host: '127.0.0.1', path, agent, headers: { host } }, (response) => {
        let body = '';
        response.on('data', (part: Buffer) => (body += part.toString('latin1')));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body, elapsedMs: performance.now() - began }),
        );
      });
      request.on('error', reject);
    });
  }

  function keptAgent(): Agent {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    agents.push(agent);
    return agent;
  }

  /** So many clients at once, each asking again as soon as it is answered, until told to stop. */
  async function load(
    clients: number,
    path: string,
    host: string,
    shouldGoOn: (asked: number) => boolean,
  ): Promise<readonly Reply[]> {
    const replies: Reply[] = [];
    let asked = 0;
    await Promise.all(
      Array.from({ length: clients }, async () => {
        const agent = keptAgent();
        while (shouldGoOn(asked)) {
          asked += 1;
          replies.push(await ask(path, host, agent));
        }
      }),
    );
    return replies;
  }

  test.each(['tcp.test', 'socket.test'])(
    'with 4 children, connections kept and 64 clients, all are answered and none starves: %s',
    async (host) => {
      await start(conf('enablereuse=on'));
      const replies = await load(64, '/pid.php?us=2000', host, (asked) => asked < 1500);
      expect(replies.filter(({ status }) => status !== 200)).toEqual([]);
      expect(new Set(replies.map(({ body }) => body)).size).toBe(4);
      const times = replies.map(({ elapsedMs }) => elapsedMs).sort((a, b) => a - b);
      const median = times[Math.floor(times.length / 2)] ?? 0;
      expect(times.at(-1)).toBeLessThan(Math.max(8 * median, median + 400));
    },
  );

  test.each(['enablereuse=on', 'enablereuse=on max=2', 'enablereuse=off'])(
    '64 clients of 4 children are all answered on both listeners with %s',
    async (parameters) => {
      await start(conf(parameters));
      const both = await Promise.all(
        ['tcp.test', 'socket.test'].map((host) => load(32, '/pid.php?us=500', host, (asked) => asked < 500)),
      );
      expect(both.flat().filter(({ status }) => status !== 200)).toEqual([]);
    },
  );

  test.each(['tcp.test', 'socket.test'])(
    'a reload under load loses no GET on kept connections: %s',
    async (host) => {
      const { fpm } = await start(conf('enablereuse=on'), 8);
      let isDone = false;
      const running = load(8, '/pid.php?us=1000', host, () => !isDone);
      for (let round = 0; round < 3; round += 1) {
        await new Promise((wake) => setTimeout(wake, 300));
        await fpm.reload();
      }
      await new Promise((wake) => setTimeout(wake, 300));
      isDone = true;
      const replies = await running;
      expect(replies.length).toBeGreaterThan(50);
      expect(replies.filter(({ status }) => status !== 200)).toEqual([]);
    },
  );

  test.each(['tcp.test', 'socket.test'])(
    'stopped it gives 503, started again 200 at once: %s',
    async (host) => {
      const { fpm } = await start(conf('enablereuse=on'));
      const agent = keptAgent();
      expect((await ask('/pid.php', host, agent)).status).toBe(200);
      await fpm.stop();
      for (let tries = 0; tries < 3; tries += 1) {
        const down = await ask('/pid.php', host, agent);
        expect(down.status).toBe(503);
        expect(down.elapsedMs).toBeLessThan(1000);
      }
      const number = host === 'tcp.test' ? 'AH00957' : 'AH02454';
      await expect.poll(() => site?.errorLog('gateway')).toContain(number);
      await fpm.start();
      expect((await ask('/pid.php', host, agent)).status).toBe(200);
    },
  );

  test('a script that is slower than the worker timeout gives 504, and the next one is answered', async () => {
    await start(conf('timeout=1'));
    const slow = await ask('/pid.php?us=2500000', 'tcp.test', keptAgent());
    expect(slow.status).toBe(504);
    expect(slow.elapsedMs).toBeGreaterThan(900);
    expect(slow.elapsedMs).toBeLessThan(2200);
    await expect.poll(() => site?.errorLog('gateway')).toContain('AH01075');
    expect((await ask('/pid.php', 'tcp.test', keptAgent())).status).toBe(200);
  });

  test('ProxyTimeout holds where a worker has no timeout of its own', async () => {
    await start(conf('enablereuse=on', 'ProxyTimeout 1'));
    const slow = await ask('/pid.php?us=2500000', 'socket.test', keptAgent());
    expect(slow.status).toBe(504);
    expect(slow.elapsedMs).toBeLessThan(2200);
    expect((await ask('/pid.php', 'socket.test', keptAgent())).status).toBe(200);
  });

  test('children that end after each request, as pm.max_requests says, cost no request', async () => {
    await start(conf('enablereuse=on'), 4, ['pm.max_requests = 1']);
    for (const host of ['tcp.test', 'socket.test']) {
      const replies = await load(8, '/pid.php', host, (asked) => asked < 200);
      expect(replies.filter(({ status }) => status !== 200)).toEqual([]);
    }
  });
});
