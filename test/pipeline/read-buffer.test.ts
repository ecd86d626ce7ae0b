import { describe, expect, test } from 'vitest';

import { nextReadBuffer, takePart } from '../../src/pipeline/read-buffer.ts';

describe('a part of what was read', () => {
  test.each([1, 1000, 8192, 8193, 60_000])('of %i bytes outlives the next read', (size) => {
    const shared = nextReadBuffer(0);
    const bytes = Buffer.from(Array.from({ length: size }, (_, index) => index % 251));
    bytes.copy(shared, 3);
    const part = takePart(shared, 3, 3 + size);
    shared.fill(0);
    expect(typeof part === 'string' ? Buffer.from(part, 'latin1') : part).toEqual(bytes);
  });

  test('of a large body is not copied: the next read goes elsewhere', () => {
    const first = nextReadBuffer(65_536);
    const part = takePart(first, 0, 65_536) as Buffer;
    expect(part.buffer).toBe(first.buffer);
    expect(nextReadBuffer(65_536).buffer).not.toBe(first.buffer);
  });
});
