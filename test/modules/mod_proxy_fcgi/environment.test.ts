import { afterAll, expect, test } from 'vitest';
import { decodePairs, encodePair } from '../../../src/fastcgi/params.ts';
import { buildParams } from '../../../src/modules/mod_proxy_fcgi/environment.ts';
import { modProxyFcgi } from '../../../src/modules/mod_proxy_fcgi/index.ts';
import type { RequestRecord } from '../../../src/pipeline/request.ts';
import { MappedSite } from '../mapped-site.ts';

const site = new MappedSite(
  `
ServerSignature On
Alias /app/ @ROOT@/other/
<Location /canonical>
  UseCanonicalName On
</Location>
<Location /credentials>
  CGIPassAuth On
</Location>
<Location /fixed>
  ProxyFCGISetEnvIf true REQUEST_METHOD FIXED
  ProxyFCGISetEnvIf true !SERVER_ADMIN
  ProxyFCGISetEnvIf "reqenv('SERVER_NAME') == 'www.test'" NAME_SEEN yes
</Location>
`,
  { 'x.php': '', 'other/x.php': '' },
);
afterAll(() => site.close());

const HEADERS = {
  'Content-Type': 'text/plain',
  'Content-Length': '0',
  'Accept-Language': 'de, en',
  Authorization: 'Basic eDp5',
  Proxy: 'evil',
  'X_Under.score': 'dropped',
};

/** A mapped request without any variable, before its parameters are made. */
function request(target: string, change: Partial<RequestRecord> = {}): RequestRecord {
  const { req } = site.map(target, HEADERS);
  req.subprocessEnv.clear();
  return Object.assign(req, change);
}

function encode(req: RequestRecord): string {
  return buildParams(req, modProxyFcgi.dir(req))!;
}

/** A request for which every variable is set that there is. */
function fullRequest(): RequestRecord {
  const prev = request('/before?a=b', { user: 'first' });
  const req = request('/x.php/more?q', { prev, authType: 'Basic' });
  Object.assign(req.connection, { remoteHost: 'client.test', isRemoteHostAsked: true });
  return req;
}

test('each parameter is found in the environment by the first look-up', () => {
  const pairs = [...decodePairs(encode(fullRequest()))];
  expect(pairs.map(([name]) => name)).toEqual(
    expect.arrayContaining([
      'CONTENT_TYPE',
      'HTTP_HOST',
      'REDIRECT_REMOTE_USER',
      'PATH_TRANSLATED',
      'REMOTE_HOST',
    ]),
  );
  for (const [name, value] of pairs) {
    const req = fullRequest();
    encode(req);
    expect([name, req.subprocessEnv.get(name)]).toEqual([name, value]);
  }
});

test('variables of the configuration come in front', () => {
  const plain = fullRequest();
  const params = encode(plain);
  const req = fullRequest();
  req.subprocessEnv.set('nokeepalive', '1');
  expect(encode(req)).toBe(encodePair('nokeepalive', '1') + params);
  expect(req.subprocessEnv.has('nokeepalive')).toBe(true);
  expect([...req.subprocessEnv]).toEqual([['nokeepalive', '1'], ...plain.subprocessEnv]);
});

test('a variable that was set before keeps its place and spelling, and PATH its value', () => {
  const req = fullRequest();
  req.subprocessEnv.set('Server_Name', 'mine');
  req.subprocessEnv.set('PATH', '/mine');
  const pairs = [...decodePairs(encode(req))];
  expect(pairs.slice(0, 2)).toEqual([
    ['Server_Name', 'www.test'],
    ['PATH', '/mine'],
  ]);
  const plain = fullRequest();
  const others = [...decodePairs(encode(plain))].filter(
    ([name]) => name !== 'SERVER_NAME' && name !== 'PATH',
  );
  expect(pairs.slice(2)).toEqual(others);
  expect([...req.subprocessEnv]).toEqual(pairs);
});

test('a variable that a look-up left twice becomes one', () => {
  const req = fullRequest();
  req.subprocessEnv.add('A', '1');
  req.subprocessEnv.add('A', '2');
  encode(req);
  expect(req.subprocessEnv.getAll('A')).toEqual(['2']);
});

test('what is set while parameters wait to be looked at comes behind them', () => {
  const req = fullRequest();
  encode(req);
  req.subprocessEnv.set('LATE', '1');
  req.subprocessEnv.set('REQUEST_METHOD', 'POST');
  expect([...req.subprocessEnv].at(-1)).toEqual(['LATE', '1']);
  expect(req.subprocessEnv.getAll('request_method')).toEqual(['POST']);
});

test('a cleared environment has none of the parameters', () => {
  const req = fullRequest();
  encode(req);
  req.subprocessEnv.clear();
  expect(req.subprocessEnv.has('REQUEST_METHOD')).toBe(false);
  expect(req.subprocessEnv.size).toBe(0);
});

test('ProxyFCGISetEnvIf sees the parameters and changes them', () => {
  const req = request('/fixed');
  const pairs = new Map(decodePairs(encode(req)));
  expect([pairs.get('REQUEST_METHOD'), pairs.get('NAME_SEEN')]).toEqual(['FIXED', 'yes']);
  expect(pairs.has('SERVER_ADMIN')).toBe(false);
  expect([...req.subprocessEnv]).toEqual([...pairs]);
});

test('what is remembered of a host holds for the same configuration, port, context and root alone', () => {
  const value = (name: string, target: string, change: Partial<RequestRecord> = {}): string | undefined => {
    const req = request(target, change);
    encode(req);
    return req.subprocessEnv.get(name);
  };
  const fromOther = { hostname: 'other.test', hostPort: 81 };
  expect(value('SERVER_PORT', '/x.php')).toBe('80');
  expect(value('SERVER_NAME', '/x.php', fromOther)).toBe('other.test');
  expect(value('SERVER_PORT', '/x.php', { ...fromOther, hostPort: 82 })).toBe('82');
  expect(value('SERVER_SIGNATURE', '/x.php', { ...fromOther, hostPort: 83 })).toContain(
    'at other.test Port 83',
  );
  expect(value('SERVER_NAME', '/canonical', fromOther)).toBe('www.test');
  expect(value('HTTP_AUTHORIZATION', '/x.php')).toBeUndefined();
  expect(value('HTTP_AUTHORIZATION', '/credentials')).toBe('Basic eDp5');
  expect(value('CONTEXT_PREFIX', '/x.php')).toBe('');
  expect(value('CONTEXT_PREFIX', '/app/x.php')).toBe('/app/');
  expect(value('CONTEXT_DOCUMENT_ROOT', '/app/x.php')).toBe(`${site.root}/other/`);
  expect(value('DOCUMENT_ROOT', '/app/x.php')).toBe(site.root);
  expect(value('DOCUMENT_ROOT', '/x.php', { documentRoot: '/srv/of-host' })).toBe('/srv/of-host');
  expect(value('REMOTE_ADDR', '/x.php', { clientAddress: '198.51.100.1' })).toBe('198.51.100.1');
  expect(value('REQUEST_SCHEME', '/x.php')).toBe('http');
});

test('protocol and method are those of each request', () => {
  const said = (change: Partial<RequestRecord>): (string | undefined)[] => {
    const req = request('/x.php', change);
    encode(req);
    return ['SERVER_PROTOCOL', 'REQUEST_METHOD'].map((name) => req.subprocessEnv.get(name));
  };
  for (let round = 0; round < 2; round++) {
    for (const protocol of ['HTTP/1.1', 'HTTP/1.0', 'HTTP/1.7']) {
      for (const method of ['GET', 'POST', 'X'.repeat(40)]) {
        expect(said({ protocol, method })).toEqual([protocol, method]);
      }
    }
  }
});

test.each([
  ['GET /a?b HTTP/1.1', '/a?b'],
  ['GET \t /a\vb', '/a'],
  ['GET', ''],
  [' /a', '/a'],
])('an internal redirect is told the target of the request line: %j has %j', (theRequest, target) => {
  const req = request('/x.php', { theRequest, prev: request('/before') });
  encode(req);
  expect(req.subprocessEnv.get('REQUEST_URI')).toBe(target);
});

test('REQUEST_URI ends at a blank of ASCII, not at a byte that is one elsewhere', () => {
  const req = request('/x.php?a=\xa0b');
  encode(req);
  expect(req.subprocessEnv.get('REQUEST_URI')).toBe('/x.php?a=\xa0b');
});
