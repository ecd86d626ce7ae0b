import { afterAll, describe, expect, test } from 'vitest';
import { aliasMatches, canonicalPath } from '../../src/modules/mod_alias/match.ts';
import { escapeTarget } from '../../src/modules/mod_alias/target.ts';
import { MappedSite } from './mapped-site.ts';

const site = new MappedSite(
  `
Alias /a @ROOT@/target
Alias /b/ @ROOT@/target/
Alias /c/ @ROOT@/target
Alias /rel target
AliasMatch ^/m/(.*)$ @ROOT@/target/$1
ScriptAlias /cgi @ROOT@/cgi
Redirect /r1 /x
Redirect /r2 http://o.example
Redirect 303 /r3 /y?z=1
Redirect gone /r4
Redirect 404 /r5
RedirectMatch ^/rm/(.*)$ /t/$1?q=$1#f
RedirectMatch ^/ro(.*) $1
RedirectMatch ^/rp http://u:secret@h:80/x
<Location /la>
  Alias @ROOT@/target/f.txt
</Location>
<Location /lp>
  AliasPreservePath On
  Alias @ROOT@/target
</Location>
<Location /lr1>
  Redirect /one
</Location>
<Location /lr3>
  Redirect 410
</Location>
<Location /lr5>
  Redirect foo
</Location>
<Location /lr6>
  RedirectRelative On
  Redirect 302 "/a b/%{REQUEST_METHOD}?x=a b"
</Location>
<Directory @ROOT@/sub>
  Redirect /sub/z /zzz
</Directory>
<VirtualHost *:80>
  ServerName other.test
  Alias /a @ROOT@/other
</VirtualHost>
<VirtualHost *:80>
  ServerName www.test
</VirtualHost>
`,
  { 'target/f.txt': 'f', 'target/k/g.txt': 'g', 'other/f.txt': 'o', 'cgi/run': 'secret', 'sub/f.txt': '' },
);
afterAll(() => site.close());

const file = (target: string, host = 'www.test'): string | undefined =>
  site.map(target, { Host: host }).req.filename?.slice(site.root.length);

describe('aliases', () => {
  test.each([
    ['/a/f.txt', '/target/f.txt'],
    ['/a//k//g.txt', '/target/k/g.txt'],
    ['/b/f.txt', '/target/f.txt'],
    ['/rel/f.txt', '/target/f.txt'],
    ['/m/f.txt', '/target/f.txt'],
    ['/la/anything', '/target/f.txt'],
    ['/lp/k/g.txt', '/target/k/g.txt'],
  ])('%s is mapped to %s', (target, path) => expect(file(target)).toBe(path));

  test.each(['/b', '/ax', '/lpx'])('%s is no part of an alias', (target) => {
    expect(file(target)?.startsWith('/target')).toBe(false);
  });

  test('a target without a slash is glued to what follows', () =>
    expect(file('/c/f.txt')).toBe('/targetf.txt'));

  test("a virtual host's alias is tried before the main server's", () => {
    expect(file('/a/f.txt', 'other.test')).toBe('/other/f.txt');
  });

  test('the prefix and its target become the context', () => {
    const { req } = site.map('/a/f.txt');
    expect([req.contextPrefix, req.contextDocumentRoot]).toEqual(['/a', `${site.root}/target`]);
  });

  test('a ScriptAlias sets the handler, and leaves its note', () => {
    const { req } = site.map('/cgi/run');
    expect([req.handler, req.notes.get('alias-forced-type')]).toEqual(['cgi-script', 'cgi-script']);
  });
});

describe('redirects', () => {
  test.each([
    ['/r1', 302, 'http://www.test/x'],
    ['/r1/p%20q?x=1', 302, 'http://www.test/x/p%20q?x=1'],
    ['/r2/p', 302, 'http://o.example/p'],
    ['/r3/k?w=1', 303, 'http://www.test/y?z=1/k'],
    ['/r4', 410, undefined],
    ['/r5/x', 404, undefined],
    ['/rm/a%20b', 302, 'http://www.test/t/a%20b?q=a b#f'],
    ['/roabc', 500, undefined],
    ['/ro/abc', 302, 'http://www.test/abc'],
    ['/rp', 302, 'http://u:XXXXXXXX@h/x'],
    ['/lr1/x?y=1', 302, 'http://www.test/one?y=1'],
    ['/lr3/x', 410, undefined],
    ['/lr5/x', 500, undefined],
    ['/lr6/x?q', 302, '/a%20b/GET?x=a b'],
    ['/sub/z', 302, 'http://www.test/zzz'],
  ])('%s is answered %i %s', (target, status, location) => {
    const mapped = site.map(target);
    expect([mapped.result, mapped.location]).toEqual([status, location]);
  });

  test('a prefix ends at a path segment', () => expect(site.map('/r1x').result).not.toBe(302));

  test('a target that is no URL is logged under its number', () => {
    site.map('/roabc');
    expect(site.log.some((line) => line.startsWith('AH00674'))).toBe(true);
  });
});

test('an alias that an earlier one hides is warned of', () => {
  const hidden = new MappedSite('Alias /a /x\nScriptAlias /a/b /y\n');
  hidden.close();
  expect(hidden.warnings.join()).toContain('ScriptAlias directive will probably never match');
});

describe('matching a prefix', () => {
  test.each([
    ['/a/b', '/a', 2],
    ['/a', '/a', 2],
    ['/ab', '/a', 0],
    ['//a///b', '/a/', 6],
    ['/a', '/a/', 0],
    ['/x', '', 0],
  ])('%s against %s covers %i', (uri, fake, length) => expect(aliasMatches(uri, fake)).toBe(length));
});

test('a path is made absolute and plain, and never climbs above the root', () => {
  expect(canonicalPath('/r', 'a/./b//c/')).toBe('/r/a/b/c/');
  expect(canonicalPath('/r', '/a/../b')).toBe('/b');
  expect(canonicalPath('/r', '/../b')).toBeUndefined();
});

test('a target keeps its query and fragment unescaped', () => {
  expect(escapeTarget('/a b?c d#e f')).toBe('/a%20b?c d#e f');
  expect(escapeTarget('https://h:443/x')).toBe('https://h/x');
  expect(escapeTarget('http://h:81?x')).toBe('http://h:81?x');
});
