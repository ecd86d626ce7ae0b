import { expect, test, vi } from 'vitest';
import { remembering } from '../../src/source/remembering.ts';

test('each text is worked on once, also when nothing comes of it', () => {
  const make = vi.fn((text: string) => (text === 'none' ? undefined : text.toUpperCase()));
  const upper = remembering({ most: 10, longest: 10 }, make);
  expect([upper('a'), upper('none'), upper('a'), upper('none')]).toEqual(['A', undefined, 'A', undefined]);
  expect(make).toHaveBeenCalledTimes(2);
});

test('a text that is too long is not kept', () => {
  const make = vi.fn((text: string) => text.length);
  const length = remembering({ most: 10, longest: 3 }, make);
  expect([length('four'), length('four')]).toEqual([4, 4]);
  expect(make).toHaveBeenCalledTimes(2);
});

test('it starts anew when it is full, and remembers again', () => {
  const make = vi.fn((text: string) => text.length);
  const length = remembering({ most: 2, longest: 9 }, make);
  for (const text of ['a', 'bb', 'ccc', 'ccc', 'a']) expect(length(text)).toBe(text.length);
  expect(make.mock.calls.map(([text]) => text)).toEqual(['a', 'bb', 'ccc', 'a']);
});

test('bytes above ASCII come through as they are', () => {
  const upper = remembering({ most: 2, longest: 9 }, (text) => `${text}!`);
  expect(upper('\xe9\xff\x80')).toBe('\xe9\xff\x80!');
});
