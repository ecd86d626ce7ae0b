import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTypeMap, type MapFault } from '../../src/modules/mod_negotiation/type-map.ts';

const never = (fault: MapFault): void => {
  throw new Error(fault.message);
};

describe('a type map', () => {
  test('names files, and holds content up to a tag', () => {
    const map = readTypeMap(
      'URI: a.txt\nContent-Type: text/plain;\n# between\n qs=0.5\n\nContent-Type: text/html\nBody:--\n<p>\n--\n',
      'm.var',
      never,
    );
    expect(map).toMatchObject([
      { name: 'a.txt', type: 'text/plain', sourceQuality: 0.5, body: undefined, length: -1 },
      { name: 'm.var', type: 'text/html', sourceQuality: 1, body: '<p>\n', length: 4 },
    ]);
  });

  test('a header without a colon spoils it all', () => {
    const map = readTypeMap('URI: a.txt\nContent-Type: text/plain\n\nURI b.txt\n', 'm.var', never);
    expect(map).toMatchObject({ number: 'AH00680' });
  });

  test('ends where the content has no end', () => {
    const faults: MapFault[] = [];
    const map = readTypeMap(
      'URI: a\nContent-Type: text/plain\n\nContent-Type: text/html\nBody:x\nno end\n',
      'm.var',
      (fault) => faults.push(fault),
    );
    expect(map).toHaveLength(1);
    expect(faults).toMatchObject([{ number: 'AH00685' }]);
  });

  test('any text gives variants that can be served, or a fault', () => {
    const piece = fc.constantFrom(
      ...['URI:', 'Content-Type:', 'Content-Language: en', 'Content-Length: 5', 'Body:x', 'Description: d'],
      ...['\n', '\n\n', ' ', '\t', '#', 'a.txt', 'text/plain', ';qs=0.3', '"', '(', ')', 'x', '\r\n', ':'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const map = readTypeMap(pieces.join(''), 'm.var', () => undefined);
        if ('message' in map) return map.number !== '';
        return map.every(({ name, body, length }) => name !== '' && length >= (body?.length ?? -1));
      }),
    );
  });
});
