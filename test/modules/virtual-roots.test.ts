import { afterAll, expect, test } from 'vitest';
import { MappedSite } from './mapped-site.ts';

const site = new MappedSite(`
<VirtualHost *:80>
  ServerName www.test
  UserDir @ROOT@/ud http://u.example/*/w
</VirtualHost>
<VirtualHost *:80>
  ServerName a.example.com
  ServerAlias *.example.com
  UseCanonicalName Off
  VirtualDocumentRoot @ROOT@/vh/%0
  VirtualScriptAlias @ROOT@/cg/%1/
</VirtualHost>
<VirtualHost *:80>
  ServerName c.example.net
  VirtualDocumentRoot /v/%-2/%1.1/%1.-2/%2+/%-2+/%1.2+/%9/%p/%%
</VirtualHost>
<VirtualHost *:80>
  ServerName d.test
  UserDir disabled
  UserDir enabled root
  UserDir /home/*/web
</VirtualHost>
`);
afterAll(() => site.close());

const at = (host: string, target: string) => site.map(target, { Host: host });

test('a document root is made of the host name', () => {
  const { req } = at('Foo.example.com'.toLowerCase(), '/f.txt');
  expect([req.documentRoot, req.contextDocumentRoot]).toEqual([
    `${site.root}/vh/foo.example.com`,
    `${site.root}/vh/foo.example.com`,
  ]);
});

test('every part of a name can be picked', () => {
  expect(at('c.example.net', '/a').req.documentRoot).toBe('/v/example/c/_/example.net/c.example/_/_/80/%');
});

test('cgi-bin has a root of its own, for programs', () => {
  const { req } = at('foo.example.com', '/cgi-bin/s');
  expect([req.documentRoot, req.contextPrefix, req.handler]).toEqual([
    `${site.root}/cg/foo`,
    '/cgi-bin',
    'cgi-script',
  ]);
  expect(at('foo.example.com', '/x/cgi-bin/s').req.handler).toBeUndefined();
});

test('a user is looked for in one place after the other', () => {
  expect([at('www.test', '/~ann/x').result, at('www.test', '/~ann/x').location]).toEqual([
    302,
    'http://u.example/ann/x',
  ]);
});

test('when all are disabled, the enabled ones still have a place', () => {
  expect(at('d.test', '/~root/x').req.contextPrefix).toBe('/~root');
  expect(at('d.test', '/~ann/x').req.contextPrefix).toBeUndefined();
  expect(at('d.test', '/~../x').req.contextPrefix).toBeUndefined();
});
