import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { bindConfig } from '../../src/bind/bind.ts';
import type { FrontSettings } from '../../src/http1/settings.ts';
import { DEFAULT_FRONT_SETTINGS } from '../../src/http1/settings.ts';
import { load } from '../../src/load/load.ts';
import { frontSettings } from '../../src/modules/front-settings.ts';
import { makePlan } from '../../src/plan/plan.ts';
import { NO_NAMES } from '../../src/plan/resolve-names.ts';

const directory = mkdtempSync(join(tmpdir(), 'front-settings-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function bindText(text: string): ReturnType<typeof bindConfig> {
  const rootPath = join(directory, 'httpd.conf');
  const modules =
    'LoadModule mpm_event_module modules/mod_mpm_event.so\nLoadModule reqtimeout_module modules/mod_reqtimeout.so\n';
  writeFileSync(rootPath, `ServerRoot ${directory}\nServerName a.test\n${modules}Listen 80\n${text}\n`);
  return bindConfig(load({ rootPath, serverRoot: directory }), { mayTouchDisk: false });
}

/** Settings of the main server and of the virtual hosts behind it. */
function settingsOf(text: string): FrontSettings[] {
  const bound = bindText(text);
  expect(bound.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const plan = makePlan(bound, {
    errorLog: { log: () => undefined },
    readHtaccess: () => ({ error: 'none' }),
    names: NO_NAMES,
    machineName: 'machine.test',
  });
  return plan.gateway.servers.map(frontSettings);
}

test('without a directive the defaults hold', () => {
  expect(settingsOf('')[0]).toEqual(DEFAULT_FRONT_SETTINGS);
});

test('directives say how long and how much', () => {
  const [main] = settingsOf(
    'Timeout 7\nKeepAlive Off\nKeepAliveTimeout 250ms\nMaxKeepAliveRequests 3\nLimitRequestLine 100\n' +
      'LimitRequestFields 5\nLimitRequestFieldSize 200\nHttpProtocolOptions Unsafe RegisteredMethods Allow0.9\n' +
      'RequestReadTimeout handshake=1 header=2-4,MinRate=500 body=3,minrate=100',
  );
  expect(main).toMatchObject({
    timeoutMs: 7000,
    keepAlive: false,
    keepAliveTimeoutMs: 250,
    maxKeepAliveRequests: 3,
    limitRequestLine: 100,
    limitRequestFields: 5,
    limitRequestFieldSize: 200,
    isStrict: false,
    lenientMethods: false,
    allows09: true,
    readTimeouts: {
      handshake: { initialMs: 1000, maxMs: undefined, minRate: 0 },
      header: { initialMs: 2000, maxMs: 4000, minRate: 500 },
      body: { initialMs: 3000, maxMs: undefined, minRate: 100 },
    },
  });
});

test('a virtual host inherits what it does not say itself', () => {
  const [main, vhost] = settingsOf(
    'KeepAliveTimeout 9\nMaxKeepAliveRequests 8\nRequestReadTimeout header=5\n<VirtualHost *:80>\n' +
      'ServerName b.test\nKeepAliveTimeout 1\nRequestReadTimeout body=6\n</VirtualHost>',
  );
  expect(main!.keepAliveTimeoutMs).toBe(9000);
  expect(vhost).toMatchObject({ keepAliveTimeoutMs: 1000, maxKeepAliveRequests: 8 });
  expect(vhost!.readTimeouts.header.initialMs).toBe(5000);
  expect(vhost!.readTimeouts.body.initialMs).toBe(6000);
  expect(main!.readTimeouts.body.initialMs).toBe(20_000);
});

test.each([
  ['KeepAliveTimeout -1', 'KeepAliveTimeout has wrong format'],
  ['KeepAliveTimeout 5x', 'KeepAliveTimeout has wrong format'],
  ['KeepAlive maybe', 'KeepAlive must be On or Off'],
  [
    'RequestReadTimeout header',
    "Invalid RequestReadTimeout parameter. Parameter must be in the form 'key=value'",
  ],
  ['RequestReadTimeout foo=1', 'RequestReadTimeout: foo=1: Unknown RequestReadTimeout parameter'],
  ['RequestReadTimeout header=x', "RequestReadTimeout: header=x: Value 'x' not numerical"],
  [
    'RequestReadTimeout header=20-40',
    'RequestReadTimeout: header=20-40: Must set MinRate option if using timeout range',
  ],
  [
    'RequestReadTimeout header=40-20,MinRate=1',
    'RequestReadTimeout: header=40-20,MinRate=1: Maximum timeout must be larger than initial timeout',
  ],
  [
    'RequestReadTimeout header=20,MinRate=0',
    'RequestReadTimeout: header=20,MinRate=0: Minimum data rate must be larger than 0',
  ],
])('%s is refused in apache2’s words', (line, message) => {
  expect(bindText(line).diagnostics.map((found) => found.message)).toContain(message);
});
