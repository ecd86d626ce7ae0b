import { describe, expect, test } from 'vitest';
import { parseSubnet, subnetContains } from '../../src/pattern/subnet.ts';

describe('a subnet', () => {
  test.each([
    ['10.1', '10.1.2.3', true],
    ['10.1.', '10.1.2.3', true],
    ['10.1', '10.2.2.3', false],
    ['10', '10.200.0.7', true],
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.0.0/16', '10.1.9.9', true],
    ['10.1.0.0/255.255.0.0', '10.1.9.9', true],
    ['10.1.0.0/255.0.255.0', '10.9.0.7', true],
    ['10.1.2.3/16', '10.1.9.9', true],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['::1', '::1', true],
    ['2001:db8::/32', '2001:db8::5', true],
    ['2001:db8::/32', '2001:db9::', false],
    ['2001:db8::/32', '10.1.2.3', false],
    ['10.0.0.0/8', '2001:db8::5', false],
    ['::1.2.3.4/128', '::102:304', true],
    ['fe80::/10', 'fe80::1%lo', true],
    ['10.0.0.0/8', 'not an address', false],
  ])('%s contains %s: %s', (text, address, contained) => {
    const parsed = parseSubnet(text);
    if (!parsed.ok) throw new Error(parsed.message);
    expect(subnetContains(parsed.subnet, address)).toBe(contained);
  });

  test.each([
    ...[
      '',
      '/',
      'x',
      '256',
      '10.256',
      '10.1.2.3.4',
      '1..2',
      '.1',
      '1.2.3.x',
      '10.1.2.3/33',
      '10.1.2.3/0',
      '10.1.2.3/',
    ],
    ...[
      '10/8',
      '10.1/16',
      '10.1.2.3/8x',
      '::1/129',
      '::/0',
      '2001:db8::/255.0.0.0',
      '::ffff:10.1.2.3',
      'fe80::1%lo',
    ],
  ])('is not made of %j', (text) => {
    expect(parseSubnet(text).ok).toBe(false);
  });
});
