import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileFnmatch, compileStrcmpMatch, isWildcard } from '../../src/pattern/fnmatch.ts';
import type { FnmatchFlags } from '../../src/pattern/fnmatch.ts';

const PATHNAME: FnmatchFlags = { pathname: true };

describe('a wildcard matches as apr_fnmatch does', () => {
  test.each<[pattern: string, subject: string, flags: FnmatchFlags, matches: boolean]>([
    ['/a/*', '/a/x', PATHNAME, true],
    ['/a/*', '/a/.x', PATHNAME, true],
    ['/a/*', '/a/b/c', PATHNAME, false],
    ['/a/*', '/a/b/c', {}, true],
    ['/*', '/', PATHNAME, true],
    ['*', '', {}, true],
    ['*', '.', {}, true],
    ['*', '..', PATHNAME, true],
    ['/a/*/c', '/a/../c', PATHNAME, true],
    ['*', '.a', { period: true }, false],
    ['.*', '.a', { period: true }, true],
    ['[.]a', '.a', { period: true }, false],
    ['a/*', 'a/.b', { period: true, pathname: true }, false],
    ['a/*', 'a/.b', { period: true }, true],
    ['a?c', 'a/c', {}, true],
    ['a?c', 'a/c', PATHNAME, false],
    ['a[/]c', 'a/c', {}, true],
    ['a[/]c', 'a/c', PATHNAME, false],
    ['a[/]c', 'a[/]c', PATHNAME, true],
    ['a[b', 'a[b', {}, true],
    ['[]a]', ']', {}, true],
    ['[!a]', 'b', {}, true],
    ['[^a]', 'a', {}, false],
    ['[a-c]x', 'bx', {}, true],
    ['[A-C]', 'b', {}, false],
    ['[A-C]', 'b', { caseless: true }, true],
    ['A*', 'abc', { caseless: true }, true],
    ['\xc9', '\xe9', { caseless: true }, false],
    ['[a-\xe9]', 'a', {}, false],
    ['a\\*b', 'a*b', {}, true],
    ['a\\*b', 'axb', {}, false],
    ['a\\*b', 'a\\xb', { noEscape: true }, true],
    ['a\\', 'a\\', {}, true],
    ['{a,b}', 'a', {}, false],
    ['{a,b}', '{a,b}', {}, true],
    ['a**b', 'a/x/b', PATHNAME, false],
    ['!a', 'b', {}, false],
    ['+(a)', 'aa', {}, false],
    ['*.conf', 'a\n.conf', {}, true],
    ['foo*', 'foo\nbar', {}, true],
    ['foo*bar', 'foo/x/bar', {}, true],
    ['foo*', 'foo', PATHNAME, true],
  ])('%s on %s with %o: %s', (pattern, subject, flags, matches) => {
    expect(compileFnmatch(pattern, flags)(subject)).toBe(matches);
  });

  /** The rule in its simplest form, exponential and without brackets. */
  function matchesSlowly(pattern: string, subject: string, pathname: boolean): boolean {
    if (pattern === '') return subject === '';
    const [first, rest] = [pattern[0], pattern.slice(1)];
    const canTake = subject !== '' && !(pathname && subject.startsWith('/'));
    if (first === '*') {
      return (
        matchesSlowly(rest, subject, pathname) ||
        (canTake && matchesSlowly(pattern, subject.slice(1), pathname))
      );
    }
    if (first === '?') return canTake && matchesSlowly(rest, subject.slice(1), pathname);
    return subject.startsWith(first!) && matchesSlowly(rest, subject.slice(1), pathname);
  }

  test('whatever matcher stands behind it', () => {
    const pattern = fc.string({
      unit: fc.constantFrom('a', 'b', '/', '.', '*', '*', '?', '-', '_'),
      maxLength: 7,
    });
    const subject = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', '-', '\n', '_'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, subject, fc.boolean(), (glob, text, pathname) => {
        expect(compileFnmatch(glob, { pathname })(text)).toBe(matchesSlowly(glob, text, pathname));
      }),
      { numRuns: 5000 },
    );
  });

  test('in time that a hostile subject cannot multiply', () => {
    const before = process.cpuUsage();
    expect(compileFnmatch('*a*a*a*a*a*a*a*b')('a'.repeat(5000))).toBe(false);
    expect(compileFnmatch('x*y*z')('x' + 'y'.repeat(8000))).toBe(false);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(1000);
  });
});

test.each([
  ['a*', true],
  ['a?', true],
  ['a[b]', true],
  ['a[b', false],
  ['a]b[', false],
  ['a\\*', false],
  ['a\\', false],
  ['plain', false],
])('%s is a wildcard: %s', (text, expected) => {
  expect(isWildcard(text)).toBe(expected);
});

test.each<[pattern: string, subject: string, caseless: boolean, matches: boolean]>([
  ['*.example.com', 'www.example.com', false, true],
  ['*.example.com', 'WWW.example.COM', false, false],
  ['*.example.com', 'WWW.example.COM', true, true],
  ['*.example.com', 'example.com', true, false],
  ['www?', 'www1', false, true],
  ['[a]', 'a', false, false],
  ['a\\*', 'a\\b', false, true],
  ['*', '', false, true],
])('ap_strcmp_match(%s) on %s, caseless %s: %s', (pattern, subject, caseless, matches) => {
  expect(compileStrcmpMatch(pattern, caseless)(subject)).toBe(matches);
});
