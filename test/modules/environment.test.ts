import { afterAll, describe, expect, test } from 'vitest';
import { plainText } from '../../src/modules/mod_setenvif/plain-text.ts';
import { MappedSite } from './mapped-site.ts';

const site = new MappedSite(String.raw`
SetEnv S main
SetEnv T mainT
SetEnv U mainU
UnsetEnv U
SetEnv Empty
<Location /e>
  UnsetEnv s
  SetEnv T inner
</Location>
<Location /e/x>
  SetEnv S again
</Location>
SetEnvIf X-A "^(.)(.)$" A=$0-$2 B=\$1 C=x\y$1
SetEnvIf X-A word D=$0
SetEnvIf X-A w\.rd D=plain$0
SetEnvIf ^X-.* "(.+)" F=$1
SetEnvIf Nope ^$ G
SetEnvIf G 1 H=yes
SetEnvIf G 1 I=!x
SetEnvIf Request_URI "^/(\w+)" K=$1
SetEnvIfNoCase request_method get L
SetEnvIfExpr "req('X-A') =~ /(a)(b)/" D=e$2$1
BrowserMatchNoCase MOZ M
SetEnvIf Remote_Addr "^192\.0\.2\." NEAR
<Location /p>
  SetEnvIf K p J=from-$0
  SetEnvIf Server_Addr . !G
</Location>
`);
afterAll(() => site.close());

function env(target: string, headers: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(site.map(target, headers).req.subprocessEnv);
}

describe('SetEnv', () => {
  test('UnsetEnv takes back what stands before it, here and outside', () => {
    expect(env('/x')).toMatchObject({ S: 'main', T: 'mainT', Empty: '' });
    expect(env('/x')).not.toHaveProperty('U');
    expect(env('/e')).not.toHaveProperty('S');
    expect(env('/e')).toMatchObject({ T: 'inner' });
  });

  test('a variable that is set again keeps its place', () => {
    const variables = [...site.map('/e/x').req.subprocessEnv];
    const at = variables.findIndex(([name]) => name === 'S');
    expect(variables[at]).toEqual(['S', 'again']);
    expect(at).toBeLessThan(variables.findIndex(([name]) => name === 'T'));
  });
});

describe('SetEnvIf', () => {
  test('groups are put into values when the pattern is more than a text', () => {
    expect(env('/x', { 'X-A': 'ab' })).toMatchObject({ A: 'ab-b', B: '$1', C: 'xya', D: 'eba', F: 'ab' });
    expect(env('/x', { 'X-A': 'word' })).toMatchObject({ D: '$0' });
    expect(env('/x', { 'X-A': 'w.rd' })).toMatchObject({ D: 'plain$0' });
  });

  test('an absent header is empty, and later lines see earlier variables', () => {
    expect(env('/x')).toMatchObject({ G: '1', H: 'yes', K: 'x', L: '1', NEAR: '1' });
  });

  test('a value that begins with an exclamation mark takes the variable away', () => {
    expect(env('/x')).not.toHaveProperty('I');
  });

  test('a pattern of header names takes the last one that matches', () => {
    expect(env('/y', { 'X-B': '1', 'X-C': '2' })).toMatchObject({ F: '2' });
  });

  test('lines of a section run after those of the server', () => {
    expect(env('/p')).toMatchObject({ J: 'from-$0' });
    expect(env('/p')).not.toHaveProperty('G');
  });

  test('BrowserMatch looks at the User-Agent', () => {
    expect(env('/x', { 'User-Agent': 'Mozilla/5.0' })).toMatchObject({ M: '1' });
  });
});

test.each([
  ['word', 'word'],
  ['w\\.rd', 'w.rd'],
  ['a\\\\b', 'a\\b'],
  ['a.b', undefined],
  ['a\\d', undefined],
  ['a\\', undefined],
])('%j stands for the text %j', (pattern, text) => expect(plainText(pattern)).toBe(text));

test('UNIQUE_ID is new for every request', () => {
  const ids = [1, 2, 3].map(() => env('/x')['UNIQUE_ID']);
  expect(new Set(ids).size).toBe(3);
  expect(ids[0]).toMatch(/^[A-Za-z0-9@-]{24}$/);
});
