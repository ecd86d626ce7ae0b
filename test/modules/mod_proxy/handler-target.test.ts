import { afterAll, expect, test } from 'vitest';
import { handlerTarget } from '../../../src/modules/mod_proxy/handler-target.ts';
import { modProxy } from '../../../src/modules/mod_proxy/index.ts';
import { MappedSite } from '../mapped-site.ts';

const plain = new MappedSite(`
DefaultRuntimeDir /tmp
<Proxy fcgi://kept>
  ProxySet enablereuse=on
</Proxy>
<Proxy fcgi://long/below/>
  ProxySet enablereuse=on
</Proxy>
`);
const matching = new MappedSite(`
<Proxy fcgi://kept>
  ProxySet enablereuse=on
</Proxy>
ProxyPassMatch "^/m/(.*)$" "fcgi://match/$1"
`);
afterAll(() => {
  plain.close();
  matching.close();
});

function target(text: string, site = plain): object | undefined {
  const { server } = site.map('/').req;
  const found = handlerTarget(text, modProxy.server(server), server.gateway);
  if (!found) return undefined;
  const { origin, path, socket, isStray, worker } = found;
  const { name, socketPath, reuse } = worker?.settings ?? {};
  return { origin, path, socket, isStray, name, at: socketPath, reuse };
}

test('a handler that names its host whole decides all but the path', () => {
  expect(target('proxy:fcgi://KEPT')).toEqual({
    origin: 'proxy:fcgi://kept',
    path: '',
    socket: undefined,
    isStray: false,
    name: 'fcgi://kept',
    at: undefined,
    reuse: true,
  });
  expect(target('proxy:Unix:/s.sock|FCGI://kept:8000/p')).toMatchObject({
    origin: 'proxy:fcgi://kept',
    path: '/p',
    socket: '/s.sock',
    at: '/s.sock',
    isStray: false,
  });
  expect(target('proxy:fcgi://u:p@[::1]:9000')).toMatchObject({
    origin: 'proxy:fcgi://[::1]:9000',
    name: 'fcgi://[::1]:9000',
    isStray: true,
  });
  expect(target('proxy:unix:s.sock|fcgi://none/')).toMatchObject({ socket: '/tmp/s.sock', path: '/' });
});

test('a handler that a path can change is left to the general way', () => {
  for (const text of [
    'proxy:fcgi:',
    'proxy:fcgi:/',
    'proxy:fcgi://',
    'proxy:unix:/s.sock|fcgi:',
    'proxy:unix:/s.sock|fcgi:///',
    'proxy:unix:/s.sock',
    'proxy:unix:|fcgi://kept',
    'proxy:fcgi://kept:99999',
    'proxy:fcgi://a:b:c',
    'proxy:fcgi://kept/a?b',
    'proxy:balancer://kept',
    'proxy:none://kept',
    'proxy:',
  ]) {
    expect(target(text), text).toBe(undefined);
  }
});

test('a worker with a path of its own leaves the choice to each file', () => {
  expect(target('proxy:fcgi://long')).toMatchObject({ origin: 'proxy:fcgi://long', name: undefined });
  expect(target('proxy:fcgi://long/below')).toMatchObject({ name: 'fcgi://long/below/', isStray: false });
  expect(target('proxy:fcgi://longer')).toMatchObject({ name: 'fcgi://longer:8000', isStray: true });
  expect(target('proxy:fcgi://kept', matching)).toMatchObject({ name: undefined });
});
