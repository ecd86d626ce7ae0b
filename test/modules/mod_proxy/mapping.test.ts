import fc from 'fast-check';
import { expect, test } from 'vitest';

import {
  encodePath,
  hasForbiddenByte,
  unescapeKeepingSlashes,
} from '../../../src/modules/mod_proxy/path-encoding.ts';
import { prefixLength } from '../../../src/modules/mod_proxy/translate.ts';

test.each([
  ['/myapp/a.php', '/myapp/', 7],
  ['/myapp', '/myapp/', 0],
  ['/noslash', '/noslash', 8],
  ['/noslash/foo', '/noslash', 8],
  ['/noslashX', '/noslash', 0],
  ['//myapp///a', '/myapp/', 10],
  ['/a', '/', 1],
  ['/a/b', '/a//b', 4],
  ['/A', '/a', 0],
])('of %s the prefix %s covers %i bytes', (uri, prefix, length) => {
  expect(prefixLength(uri, prefix)).toBe(length);
});

test.each([
  ['a b', false, 'a%20b'],
  ['a%b', false, 'a%25b'],
  ["~$-_.+!*'(),;:@&=/", false, "~$-_.+!*'(),;:@&=/"],
  ['"#<>?[]\\^`{|}\x7f\xe9\n', false, '%22%23%3C%3E%3F%5B%5D%5C%5E%60%7B%7C%7D%7F%E9%0A'],
  ['a%2Fb%2fc d', true, 'a%2Fb%2fc%20d'],
  ['a%41', true, 'a%2541'],
  ['50%', true, undefined],
])('%j is sent as its encoded form', (path, keepsSlashes, encoded) => {
  expect(encodePath(path, keepsSlashes)).toBe(encoded);
});

test('what is encoded decodes to itself, and holds nothing that a URL may not hold', () => {
  const path = fc
    .uint8Array({ maxLength: 40 })
    .map((bytes) => Buffer.from(bytes.map((byte) => byte || 1)).toString('latin1'));
  fc.assert(
    fc.property(path, (text) => {
      const encoded = encodePath(text, false)!;
      expect(unescapeKeepingSlashes(encoded)).toBe(text);
      expect(hasForbiddenByte(encoded, true)).toBe(false);
    }),
  );
});

test('a NUL ends a decoded path, an encoded slash stays', () => {
  expect(unescapeKeepingSlashes('/a%2Fb%20c%00d')).toBe('/a%2Fb c');
  expect(unescapeKeepingSlashes('/100%')).toBe('/100%');
});
