import { afterAll, expect, test } from 'vitest';
import { MappedSite } from './mapped-site.ts';

const site = new MappedSite(
  `
<Location /d1/>
  DirectoryIndex none.html /d1/p.txt
  DirectoryIndex i.html
</Location>
<Location /d2/>
  DirectoryIndex disabled
</Location>
<Location /d3>
  DirectorySlash Off
</Location>
Redirect /d4/index.html /redir
<Location /d5>
  DirectoryIndex denied.html other.html
</Location>
<Location /d5/denied.html>
  Require all denied
</Location>
<Location /d6>
  DirectoryIndexRedirect 303
  DirectoryIndex /d1/i.html
</Location>
<Location /d9>
  DirectoryCheckHandler On
  SetHandler none-such
</Location>
<Location /fb>
  FallbackResource /d1/i.html
</Location>
<Location /fb/off>
  FallbackResource disabled
</Location>
<Location /fb2>
  FallbackResource /nope.html
</Location>
<Location /fb3>
  FallbackResource i.html
</Location>
<Location /fb5>
  FallbackResource /d5/denied.html
</Location>
<Location /fb6>
  FallbackResource /d4/index.html
</Location>
<Location /fb7>
  SetHandler some-handler
  FallbackResource /d1/i.html
</Location>
`,
  {
    'd1/i.html': 'i',
    'd1/p.txt': 'p',
    'd2/index.html': '2',
    'd3/index.html': '3',
    'd4/': '',
    'd5/denied.html': 'no',
    'd6/': '',
    'd8/index.html': '8',
    'd9/index.html': '9',
  },
);
afterAll(() => site.close());

/** The file served, or the status and target of the answer. */
function outcome(target: string, method = 'GET'): string {
  const { result, req, location } = site.map(target, {}, method);
  if (result > 0) return `${result}${location === undefined ? '' : ` ${location}`}`;
  return req.filename!.slice(site.root.length);
}

test.each([
  ['/d1/?a=b', '/d1/p.txt'],
  ['/d2/', '/d2/'],
  ['/d3', '/d3'],
  ['/d3/', '/d3/index.html'],
  ['/d4/', '302 http://www.test/redir'],
  ['/d4/?x=1', '302 http://www.test/redir?x=1'],
  ['/d5/', '403'],
  ['/d6/?q=1', '303 http://www.test/d1/i.html'],
  ['/d8/', '/d8/index.html'],
  ['/d8?q', '301 http://www.test/d8/?q'],
  ['/d9/', '/d9/'],
  ['/fb/x/y?z', '/d1/i.html'],
  ['/fb/off/x', '/fb'],
  ['/fb2/x', '/fb2'],
  ['/fb3/x', '500'],
  ['/fb5/x', '403'],
  ['/fb6/x', '302 http://www.test/redir'],
  ['/fb7/x', '/fb7'],
])('%s gives %s', (target, expected) => expect(outcome(target)).toBe(expected));

test('any method is sent on to the URL with a slash, unless the environment asks for care', () => {
  expect(outcome('/d8', 'POST')).toBe('301 http://www.test/d8/');
});

test('the names that were tried are told to the handler of directories', () => {
  expect(site.map('/d2/').req.notes.get('dir-index-names')).toBe('');
  expect(site.map('/d2/').req.handler).toBe('httpd/unix-directory');
});

test('an index takes the place of the request, and leaves no REDIRECT_ variables', () => {
  const { req } = site.map('/d8/?q=1');
  expect([req.uri, req.args, req.contentType]).toEqual(['/d8/index.html', 'q=1', 'text/html']);
  expect([...req.subprocessEnv].filter(([name]) => name.startsWith('REDIRECT_'))).toEqual([]);
});
