import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { MappedSite, type Mapped } from './mapped-site.ts';

const CONFIG = `
<Directory />
  AllowOverride None
</Directory>
<Directory @ROOT@/a>
  SetHandler in-a
</Directory>
<Directory "@ROOT@/*/b">
  SetHandler in-b
</Directory>
<Directory @ROOT@/a/own.txt>
  SetHandler own
</Directory>
<DirectoryMatch "matched\\.txt$">
  SetHandler matched
</DirectoryMatch>
<Directory @ROOT@/strict>
  Options -FollowSymLinks
</Directory>
<Directory @ROOT@/owned>
  AllowOverride All
</Directory>
<Directory @ROOT@/named>
  <FilesMatch "^(?<stem>.+)\\.txt$">
    SetHandler named
  </FilesMatch>
</Directory>
<Files "f*.txt">
  SetHandler by-name
</Files>
`;

const FILES = {
  'a/one.txt': '1',
  'a/own.txt': '2',
  'a/matched.txt': '3',
  'a/b/two.txt': '4',
  'a/b/c/three.txt': '5',
  'a/e/': '',
  'strict/f.txt': '6',
  'strict/d/f.txt': '7',
  'owned/d/f.txt': '8',
  'named/one.txt': '9',
  'named/f.txt': '10',
};

let sites: MappedSite[] = [];

function openSite(): MappedSite {
  const site = new MappedSite(CONFIG, FILES);
  symlinkSync('a', join(site.root, 'link'));
  symlinkSync('d', join(site.root, 'strict/link'));
  sites.push(site);
  return site;
}

afterEach(() => {
  for (const site of sites) site.close();
  sites = [];
});

/** What a walk decides, with the site's own root left out. */
function outcome(site: MappedSite, { result, req }: Mapped): object {
  return {
    result,
    filename: req.filename?.replaceAll(site.root, '@'),
    pathInfo: req.pathInfo,
    handler: req.handler,
    stem: req.subprocessEnv.get('MATCH_STEM'),
    isFile: req.finfo?.isFile(),
    mayFollowLinks: req.mayFollowLinks,
  };
}

const TARGETS = [
  '/',
  '/a/one.txt',
  '/a/own.txt',
  '/a/matched.txt',
  '/a/one.txt/more/info',
  '/a/one.txt/',
  '/a/one.txt//more/./info',
  '/a/own.txt/more',
  '/a/matched.txt/more',
  '/named/one.txt/more',
  '/a/own.txt/more/info',
  '/a/none',
  '/a/none/b/none.txt',
  '/a/b',
  '/a/b/',
  '/a/b/two.txt',
  '/a/b/c/three.txt',
  '/a/b/c/none.txt',
  '/a/b/c/none/none.txt',
  '/a/e/',
  '/link/one.txt',
  '/link/b/two.txt',
  '/strict/f.txt',
  '/strict/d/f.txt',
  '/strict/link/f.txt',
  '/owned/d/f.txt',
  '/owned/d/none',
  '/named/one.txt',
  '/named/f.txt',
  '/none/at/all',
];

test('a walk comes to the same whatever directories were walked before', () => {
  const warm = openSite();
  for (let round = 0; round < 2; round++) {
    for (const target of TARGETS) {
      const fresh = openSite();
      expect(outcome(warm, warm.map(target)), target).toEqual(outcome(fresh, fresh.map(target)));
    }
  }
});

test('what the sections say is what their own levels say', () => {
  const site = openSite();
  const handlers = ['/a/one.txt', '/a/own.txt', '/a/matched.txt', '/a/b/two.txt', '/a/b/c/three.txt'].map(
    (target) => [site.map(target).req.handler, site.map(target).req.handler],
  );
  expect(handlers).toEqual(['in-a', 'own', 'matched', 'in-b', 'in-b'].map((handler) => [handler, handler]));
});

test('a directory that went away, or became a file, is noticed', () => {
  const site = openSite();
  expect(site.map('/a/b/c/none').req.filename).toBe(join(site.root, 'a/b/c/none'));
  rmSync(join(site.root, 'a/b/c'), { recursive: true });
  expect(outcome(site, site.map('/a/b/c/none'))).toMatchObject({ filename: '@/a/b/c', pathInfo: '/none' });
  expect(outcome(site, site.map('/a/b/c/three.txt'))).toMatchObject({
    filename: '@/a/b/c',
    isFile: undefined,
  });
  rmSync(join(site.root, 'a/b'), { recursive: true });
  writeFileSync(join(site.root, 'a/b'), 'now a file');
  expect(outcome(site, site.map('/a/b/c/three.txt'))).toMatchObject({
    filename: '@/a/b',
    pathInfo: '/c/three.txt',
    isFile: true,
    handler: 'in-a',
  });
});

test('a file with path information that went away, or became a directory, is noticed', () => {
  const site = openSite();
  for (let round = 0; round < 2; round++) {
    expect(outcome(site, site.map('/a/own.txt/more'))).toMatchObject({
      filename: '@/a/own.txt',
      pathInfo: '/more',
      isFile: true,
      handler: 'in-a',
    });
    expect(outcome(site, site.map('/a/own.txt'))).toMatchObject({ pathInfo: '', handler: 'own' });
  }
  rmSync(join(site.root, 'a/own.txt'));
  expect(outcome(site, site.map('/a/own.txt/more'))).toMatchObject({
    filename: '@/a/own.txt',
    pathInfo: '/more',
    isFile: undefined,
  });
  mkdirSync(join(site.root, 'a/own.txt'));
  writeFileSync(join(site.root, 'a/own.txt/more'), '');
  expect(outcome(site, site.map('/a/own.txt/more'))).toMatchObject({
    filename: '@/a/own.txt/more',
    pathInfo: '',
    isFile: true,
    handler: 'own',
  });
});

test('a file that went away, or became a directory, is noticed', () => {
  const site = openSite();
  const file = join(site.root, 'a/b/c/three.txt');
  for (let round = 0; round < 2; round++) {
    expect(outcome(site, site.map('/a/b/c/three.txt'))).toMatchObject({ isFile: true, handler: 'in-b' });
  }
  rmSync(file);
  expect(outcome(site, site.map('/a/b/c/three.txt'))).toMatchObject({ isFile: undefined, handler: 'in-b' });
  mkdirSync(file);
  expect(outcome(site, site.map('/a/b/c/three.txt'))).toMatchObject({ result: 301, isFile: false });
  rmSync(file, { recursive: true });
  writeFileSync(file, 'longer than before');
  const { req } = site.map('/a/b/c/three.txt');
  expect(req.finfo?.size).toBe('longer than before'.length);
});

test('variables of a section are set for each request', () => {
  const site = openSite();
  for (let round = 0; round < 2; round++) {
    expect(outcome(site, site.map('/named/one.txt'))).toMatchObject({ handler: 'named', stem: 'one' });
  }
});

test('an access file that appears is read, and a link that appears is refused, where they matter', () => {
  const site = openSite();
  for (const target of ['/owned/d/f.txt', '/strict/d/f.txt']) {
    expect(site.map(target).result).toBe(0);
    expect(site.map(target).result).toBe(0);
  }
  writeFileSync(join(site.root, 'owned/d/.htaccess'), '');
  expect(site.map('/owned/d/f.txt').result).toBe(500);
  rmSync(join(site.root, 'strict/d'), { recursive: true });
  symlinkSync('../a/b/c', join(site.root, 'strict/d'));
  expect(site.map('/strict/d/three.txt').result).toBe(403);
});
