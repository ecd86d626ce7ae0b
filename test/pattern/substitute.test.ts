import { expect, test } from 'vitest';
import { substitute } from '../../src/pattern/substitute.ts';

test.each([
  ['/x/$1', '/x/one'],
  ['$0$2', 'wholetwo'],
  ['$3|$9', '|'],
  ['$10', 'one0'],
  ['a&b', 'a&b'],
  ['\\$1', '$1'],
  ['a\\b\\\\', 'ab\\'],
  ['end\\', 'end\\'],
  ['$', '$'],
  ['$x', '$x'],
])('%s becomes %s', (template, expected) => {
  expect(substitute(template, ['whole', 'one', 'two', undefined])).toBe(expected);
});
