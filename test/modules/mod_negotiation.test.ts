import { afterAll, describe, expect, test } from 'vitest';
import { parseAccept } from '../../src/modules/mod_negotiation/accept.ts';
import { MappedSite } from './mapped-site.ts';

const NAMES = [
  'mv/foo.php', 'mv/doc.html.en', 'mv/doc.html.fr', 'mv/doc.txt.en', 'mv/enc.html.gz', 'mv/enc.html', 'mv/one.html',
  'mv/two.html', 'mv/two.txt', 'mv/l3.html', 'mv/l3.html.fr', 'mv/l3.html.de', 'plain/one.html',
]; // prettier-ignore

const site = new MappedSite(
  `
<Directory @ROOT@/mv>
  Options +MultiViews
  AddLanguage en .en
  AddLanguage fr .fr
  AddLanguage de .de
  AddEncoding x-gzip .gz
  AddHandler my-php .php
  LanguagePriority de fr en
</Directory>
Alias /mv2 @ROOT@/mv
<Location /mv2>
  ForceLanguagePriority Prefer Fallback
</Location>
`,
  Object.fromEntries(NAMES.map((name) => [name, name])),
);
afterAll(() => site.close());

/** The file chosen, or the status. */
function chosen(target: string, headers: Readonly<Record<string, string>> = {}): string {
  const { result, req } = site.map(target, headers);
  return result > 0 ? String(result) : req.filename!.slice(req.filename!.lastIndexOf('/') + 1);
}

describe('the file that is chosen', () => {
  test.each([
    ['/mv/one', {}, 'one.html'],
    ['/mv/foo', {}, '404'],
    ['/mv/none', {}, 'none'],
    ['/plain/one', {}, 'one'],
    ['/mv/two', {}, 'two.txt'],
    ['/mv/two', { Accept: 'text/*, text/html;q=0.1' }, 'two.txt'],
    ['/mv/two', { Accept: 'text/*;q=0.3, text/html;q=0.9' }, 'two.html'],
    ['/mv/two', { Accept: 'image/png' }, '406'],
    ['/mv/doc', {}, 'doc.html.fr'],
    ['/mv/doc', { 'Accept-Language': 'en' }, 'doc.txt.en'],
    ['/mv/doc', { 'Accept-Language': 'fr;q=0.5, en' }, 'doc.txt.en'],
    ['/mv/doc', { 'Accept-Language': 'en-US' }, 'doc.txt.en'],
    ['/mv/doc', { 'Accept-Language': 'en-GB, fr' }, 'doc.html.fr'],
    ['/mv/doc', { 'Accept-Language': 'es' }, '406'],
    ['/mv2/doc', { 'Accept-Language': 'es' }, 'doc.html.fr'],
    ['/mv/doc.html', { 'Accept-Language': 'en' }, 'doc.html.en'],
    ['/mv/l3', {}, 'l3.html.de'],
    ['/mv/l3', { 'Accept-Language': 'es' }, 'l3.html'],
    ['/mv/enc', {}, 'enc.html'],
    ['/mv/enc', { 'Accept-Encoding': 'gzip' }, 'enc.html.gz'],
    ['/mv/enc', { 'Accept-Encoding': 'x-gzip;q=0.5' }, 'enc.html.gz'],
    ['/mv/enc', { 'Accept-Encoding': 'deflate' }, 'enc.html'],
    ['/mv/enc', { 'Accept-Encoding': '*;q=0' }, '406'],
  ])('%s with %j is %s', (target, headers, name) => expect(chosen(target, headers)).toBe(name));
});

test('the answer says what it depends on', () => {
  const { req } = site.map('/mv/doc');
  expect(Object.fromEntries(req.errHeadersOut)).toMatchObject({
    'Content-Location': 'doc.html.fr',
    Vary: 'negotiate,accept,accept-language',
    TCN: 'choice',
  });
  expect(site.map('/mv/two', {}, 'POST').req.errHeadersOut.get('Vary')).toBe('accept');
});

test('a client that accepts nothing is shown what there is', () => {
  const { req } = site.map('/mv/two', { Accept: 'image/png' });
  expect(req.errHeadersOut.get('Alternates')).toBe(
    '{"two.html" 1 {type text/html} {length 11}}, {"two.txt" 1 {type text/plain} {length 10}}',
  );
  expect(req.notes.get('variant-list')).toContain('<li><a href="two.txt">two.txt</a> , type text/plain</li>');
});

test('what follows the name stays behind the file', () => {
  const { req } = site.map('/mv/one/pi?x=1');
  expect([req.uri, req.pathInfo, req.args]).toEqual(['/mv/one.html/pi', '/pi', 'x=1']);
});

test('an encoding goes out under the name that the client used', () => {
  expect(site.map('/mv/enc', { 'Accept-Encoding': 'gzip' }).req.contentEncoding).toEqual(['gzip']);
});

test('an Accept header is a list with qualities', () => {
  expect(parseAccept('text/HTML;level=1;q=0.5, , */*')).toEqual({
    items: [
      { name: 'text/html', quality: 0.5, level: 1 },
      { name: '*/*', quality: 1, level: 0 },
    ],
    hasQualities: true,
  });
  expect(parseAccept(undefined)).toBeUndefined();
  expect(parseAccept('a;q=1.5, b;q=abc, c;q=.25, d;q=0.12345, e;q=0, f; Q = "0.5"')?.items).toEqual(
    [1, 1, 0.25, 0.123, 0, 0.5].map((quality, i) => ({ name: 'abcdef'[i], quality, level: 0 })),
  );
  expect(parseAccept('text/html, */*;q=1.0')).toMatchObject({
    hasQualities: false,
    items: [{ level: 2 }, {}],
  });
});
