import { afterAll, describe, expect, test } from 'vitest';
import { withCharset } from '../../src/modules/mod_mime/media-type.ts';
import { parseTypes } from '../../src/modules/mod_mime/types-file.ts';
import { MappedSite } from './mapped-site.ts';

const NAMES = [
  'a.txt', 'a.php', 'a.php.txt', 'A.PHP', 'php', '.php', '.hid.txt', 'a.html.fr', 'a.html.fr.gz', 'a.fr.de.html',
  'a.html.cs', 'a.html.cs.cs2', 'b.unix', 'b.uc', 'noext', 'x.ct', 'x.ct2', 'r.n1', 'r.n2', 'rm/a.txt', 'rm/a.php',
  'rm/a.html.fr', 'rm/r.n1',
]; // prettier-ignore

const site = new MappedSite(
  `
AddHandler proxy:unix:/run/Foo|fcgi://x/Y .unix
AddHandler my-php .php
AddLanguage fr .fr
AddLanguage DE .de
AddEncoding X-GZip .gz
AddCharset UTF-9 .cs
AddCharset c2 .cs2
AddType Text/UC uc
AddType "text/x-ct; charset=abc; q=1" .ct
AddType bogus .ct2
AddType t/n1 .n1
RemoveType .n1
RemoveType .n2
AddType t/n2 .n2
<Directory @ROOT@/rm>
  RemoveType txt
  RemoveHandler php
  AddHandler rm-php .php
  RemoveLanguage .fr
  DefaultLanguage en
</Directory>
`,
  Object.fromEntries(NAMES.map((name) => [name, 'x'])),
);
afterAll(() => site.close());

test.each([
  ['/a.txt', undefined, 'text/plain', [], []],
  ['/a.php', 'my-php', undefined, [], []],
  ['/a.php.txt', 'my-php', 'text/plain', [], []],
  ['/A.PHP', 'my-php', undefined, [], []],
  ['/php', undefined, undefined, [], []],
  ['/.php', undefined, undefined, [], []],
  ['/.hid.txt', undefined, 'text/plain', [], []],
  ['/a.html.fr', undefined, 'text/html', ['fr'], []],
  ['/a.html.fr.gz', undefined, 'text/html', ['fr'], ['x-gzip']],
  ['/a.fr.de.html', undefined, 'text/html', ['fr', 'de'], []],
  ['/a.html.cs', undefined, 'text/html; charset=utf-9', [], []],
  ['/a.html.cs.cs2', undefined, 'text/html; charset=c2', [], []],
  ['/b.unix', 'proxy:unix:/run/foo|fcgi://x/y', undefined, [], []],
  ['/b.uc', undefined, 'text/uc', [], []],
  ['/noext', undefined, undefined, [], []],
  ['/x.ct', undefined, 'text/x-ct; charset=abc; q=1', [], []],
  ['/x.ct2', undefined, 'bogus', [], []],
  ['/r.n1', undefined, undefined, [], []],
  ['/r.n2', undefined, 't/n2', [], []],
  ['/rm/a.txt', undefined, undefined, ['en'], []],
  ['/rm/a.php', undefined, undefined, ['en'], []],
  ['/rm/a.html.fr', undefined, 'text/html', ['en'], []],
])(
  '%s has handler %s, type %s, languages %j, encodings %j',
  (target, handler, type, languages, encodings) => {
    const { req } = site.map(target);
    expect([req.handler, req.contentType, req.contentLanguages, req.contentEncoding]).toEqual([
      handler,
      type,
      languages,
      encodings,
    ]);
  },
);

test('what a name is served as depends on nothing that was served before', () => {
  const targets = NAMES.map((name) => `/${name}`);
  const served = (on: MappedSite, target: string): unknown[] => {
    const { handler, contentType, contentLanguages, contentEncoding } = on.map(target).req;
    return [handler, contentType, [...contentLanguages], [...contentEncoding]];
  };
  const alone = targets.map((target) => served(site, target));
  for (const target of targets) {
    const { req } = site.map(target);
    req.contentLanguages = [...req.contentLanguages, 'changed'];
    req.contentEncoding = [...req.contentEncoding, 'changed'];
  }
  expect(targets.toReversed().map((target) => served(site, target))).toEqual(alone.toReversed());
});

describe('a types file', () => {
  test('gives types by extension; the last line wins, comments are skipped', () => {
    const types = parseTypes('# c d\ntext/html html HTM\nx/y html\n\nx/none\n');
    expect([...types]).toEqual([
      ['html', 'x/y'],
      ['htm', 'text/html'],
    ]);
  });
});

describe('a charset', () => {
  test.each([
    ['text/html', 'u', 'text/html; charset=u'],
    ['text/html; charset=a; q=1', 'u', 'text/html; charset=u; q=1'],
    ['text/html;q="a;b"', 'u', 'text/html; q="a;b"; charset=u'],
    ['text/html ;  q=1', undefined, 'text/html; q=1'],
    ['text', 'u', undefined],
    ['text/html; q', 'u', undefined],
  ])('put into %j (%s) gives %j', (type, charset, expected) =>
    expect(withCharset(type, charset)).toBe(expected),
  );
});

test('a removed type leaves the one of an earlier extension', () => {
  const removed = new MappedSite('RemoveType .gz\nAddEncoding x-gzip .gz\n', { 'a.html.gz': '' });
  const { req } = removed.map('/a.html.gz');
  removed.close();
  expect([req.contentType, req.contentEncoding]).toEqual(['text/html', ['x-gzip']]);
});
