import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { findWorker, newWorkerDefinition } from '../../../src/modules/mod_proxy/config.ts';
import { parseBackendUrl, parseNetLocation, withoutSocket } from '../../../src/modules/mod_proxy/url.ts';
import { setWorkerParameter } from '../../../src/modules/mod_proxy/worker-parameters.ts';
import { WORKER_DEFAULTS } from '../../../src/backend/worker-settings.ts';
import { VerdictBench } from '../../bind/verdict.ts';

describe('worker URLs', () => {
  test.each([
    ['FCGI://Host:8000/A', 'fcgi://host/A', 'host', 8000, undefined],
    ['fcgi://h', 'fcgi://h', 'h', 8000, undefined],
    ['fcgi://h:9000/x?y', 'fcgi://h:9000/x?y', 'h', 9000, undefined],
    ['fcgi://user:pw@h:9000/', 'fcgi://user:pw@h:9000/', 'h', 9000, undefined],
    ['fcgi://[::1]:9000/', 'fcgi://[::1]:9000/', '::1', 9000, undefined],
    ['unix:/run/s|fcgi:', 'fcgi://localhost', 'localhost', 8000, '/run/s'],
    ['unix:/run/s|fcgi://', 'fcgi://localhost', 'localhost', 8000, '/run/s'],
    ['unix:/run/s|fcgi://app/x', 'fcgi://app/x', 'app', 8000, '/run/s'],
    ['fcgi://localhost:$1/$2', 'fcgi://localhost:$1/$2', 'localhost', 8000, undefined],
  ])('%s is named %s', (url, name, host, port, socketPath) => {
    expect(parseBackendUrl(url, url.includes('$'))).toMatchObject({ name, host, port, socketPath });
  });

  test.each(['fcgi:', 'fcgi://', '/foo', 'foo', 'unix:/tmp/s', 'fcgi://:9000/'])(
    '%s is not absolute',
    (url) => {
      expect(parseBackendUrl(url)).toBe('notAbsolute');
    },
  );

  test.each(['fcgi://h:abc/', 'fcgi://[::1/'])('%s cannot be parsed', (url) => {
    expect(parseBackendUrl(url)).toBe('unparsable');
  });

  test('a bar without a scheme behind it is refused', () => {
    expect(withoutSocket('unix:/tmp/s|fcgi')).toBeUndefined();
  });

  test('user and password of a request URL are dropped, its host is lower case', () => {
    expect(parseNetLocation('//u:p@HOST:81/a/b')).toEqual({ host: 'host', port: 81, path: 'a/b' });
    expect(parseNetLocation('/x')).toBe('Malformed URL');
    expect(parseNetLocation('//h:99999/')).toMatch(/^Invalid host\/port/);
  });
});

describe('worker look-up', () => {
  const span = { file: 0, start: 0, end: 0 };
  const define = (url: string, isMatch = false): ReturnType<typeof newWorkerDefinition> => {
    const parsed = parseBackendUrl(url, isMatch);
    if (typeof parsed === 'string') throw new Error(parsed);
    return newWorkerDefinition(parsed, isMatch, span);
  };
  const workers = [define('fcgi://h:1/'), define('fcgi://h:1/long'), define('fcgi://m:1/$1/x', true)];

  test.each([
    ['fcgi://h:1/a', 0],
    ['FCGI://H:1/a', 0],
    ['fcgi://h:1/longer', 1],
    ['fcgi://h:1/LONG', 0],
    ['fcgi://m:1/abc/x/y', 2],
    ['fcgi://m:1/abc/y', -1],
    ['fcgi://m:1/a', -1],
    ['fcgi://h:10/a', -1],
    ['fcgi://h2:1/a', -1],
  ])('%s is served by worker %i', (url, index) => {
    expect(findWorker(workers, url)).toBe(workers[index]);
  });
});

test.each([
  ['timeout', '500ms', { timeoutMs: 500_000 }],
  ['timeout', '1min', { timeoutMs: 1000 }],
  ['retry', 'abc', { retryMs: 0 }],
  ['acquire', '3000', { acquireMs: 3000 }],
  ['acquire', '2s', { acquireMs: 2000 }],
  ['connectiontimeout', '300ms', { connectTimeoutMs: 300 }],
  ['disablereuse', 'off', { reuse: true }],
  ['LOADFACTOR', '2.555', { lbfactor: 255 }],
  ['flushwait', '0', { flushWaitMs: 10 }],
])('%s=%s is read as httpd reads it', (key, value, expected) => {
  const parameters = { ...WORKER_DEFAULTS };
  expect(setWorkerParameter(parameters, key, value, false)).toBeUndefined();
  expect(parameters).toMatchObject(expected);
});

describe('apache2 -t agrees on', () => {
  let bench: VerdictBench;
  beforeAll(() => {
    bench = new VerdictBench();
  });
  afterAll(() => bench.close());

  test.each([
    'ProxyPass /x fcgi://h acquire=1S',
    'ProxyPass /x fcgi://h ping=1m',
    'ProxyPass /x fcgi://h timeout=0',
    'ProxyPass /x fcgi://h =5',
    'ProxyPass /x fcgi://h word',
    'ProxyPass /x unix:tmp|fcgi://h',
    'ProxyPass /x balancer://c failonstatus=500,,503',
    'ProxyPass /x balancer://c failonstatus=700',
    'ProxyPass /x balancer://c route=a',
    'ProxyPass / fcgi://$1:$2/',
    'ProxyPassMatch /(.*) fcgi://h:$1/',
    'ProxyPassMatch ( fcgi://h/',
    'ProxyPass ~ a fcgi://h/$1',
    '<Location /a>\nProxyPass /b fcgi://h/\n</Location>',
    '<DirectoryMatch />\nProxyPass fcgi://h/\n</DirectoryMatch>',
    '<Proxy fcgi://h timeout=1 foo>\n</Proxy>',
    '<Proxy foo max=1>\n</Proxy>',
    '<Proxy * max=1>\n</Proxy>',
    '<Proxy foo>\nProxySet timeout=1\n</Proxy>',
    '<Proxy balancer://A>\nBalancerMember fcgi://h foo\n</Proxy>',
    '<Location /x>\nBalancerMember fcgi://h\n</Location>',
    'ProxySet balancer://nope timeout=1',
    'ProxySet',
    'BalancerMember balancer://a unix:/t|x',
    'ProxyErrorOverride 404',
    'ProxyErrorOverride on\nProxyErrorOverride 404',
    'ProxyErrorOverride off\nProxyErrorOverride 404',
    'ProxyErrorOverride on 404 off',
    'ProxySourceAddress 999.1.1.1',
    'ProxyDomain foo',
    'ProxyRemote * foo',
    'ProxyFCGIBackendType x',
    'ProxyFCGISetEnvIf true !a b',
    'ProxyFCGISetEnvIf true a "%{x"',
  ])('%s', (fragment) => {
    const { accepted, ...rest } = bench.apache(fragment);
    expect(bench.ours(fragment)).toMatchObject(
      accepted ? { accepted } : { accepted, lines: 'lines' in rest ? rest.lines : [] },
    );
  });
});
