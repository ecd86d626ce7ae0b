import { isIPv4, isIPv6 } from 'node:net';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressWords, ipv4Word, ipv6Words } from '../../src/pattern/ip-address.ts';

test.each([
  ['10.1.2.3', [0x0a010203]],
  ['255.255.255.255', [0xffffffff]],
  ['::', [0, 0, 0, 0]],
  ['2001:db8::8:1', [0x20010db8, 0, 0, 0x00080001]],
  ['::ffff:1.2.3.4', [0, 0, 0xffff, 0x01020304]],
  ['fe80::1%eth0', [0xfe800000, 0, 0, 1]],
  ['1::2::3', undefined],
  ['01.2.3.4', undefined],
  ['localhost', undefined],
])('%s has the words %j', (text, words) => {
  expect(addressWords(text)).toEqual(words);
});

test('takes what node takes for an address', () => {
  const pieces = fc.constantFrom(
    '::',
    ':',
    '.',
    '0',
    '1',
    '255',
    '256',
    'ffff',
    'fffff',
    'g',
    '1.2.3.4',
    '01',
    'a',
    '2001',
  );
  const almost = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.oneof(almost, fc.ipV4(), fc.ipV6()), (text) => {
      expect(ipv4Word(text) !== undefined).toBe(isIPv4(text));
      expect(ipv6Words(text) !== undefined).toBe(isIPv6(text));
    }),
    { numRuns: 5000 },
  );
});
