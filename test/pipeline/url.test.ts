import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapePath, normalizePath, unescapePath } from '../../src/pipeline/url.ts';

const options = { mergeSlashes: true, decodeUnreserved: true };

describe('normalizePath', () => {
  it.each([
    ['/a/b', '/a/b'],
    ['//a///b', '/a/b'],
    ['/a/./b/.', '/a/b/'],
    ['/a/../b', '/b'],
    ['/a/..', '/'],
    ['/x/%2e%2e/a', '/a'],
    ['/x/.%2E/a', '/a'],
    ['/x/%2e/a', '/x/a'],
    ['/%61/%2D%5f~', '/a/-_~'],
    ['/a%20b%2Fc', '/a%20b%2Fc'],
    ['/...', '/...'],
    ['/a/..b', '/a/..b'],
    ['/a//..//a/b.txt', '/a/b.txt'],
    ['/.%2e./x', '/.../x'],
    ['/%2e%2ex', '/..x'],
    ['*', '*'],
  ])('%s is %s', (path, normal) =>
    expect(normalizePath(path, options)).toEqual({ path: normal, isValid: true }),
  );

  it.each([
    ['/..', '/'],
    ['/../x', '/x'],
    ['/%2e%2e/x', '/x'],
    ['/.%2e/x', '/x'],
    ['/a/../../x', '/x'],
    ['/%zz%41/./b', '/%zzA/b'],
    ['/a%2', '/a%2'],
    ['/a%', '/a%'],
    ['a/b', 'a/b'],
  ])('refuses %s, of which %s can be told', (path, told) =>
    expect(normalizePath(path, options)).toEqual({ path: told, isValid: false }),
  );

  it('keeps slashes when told to', () =>
    expect(normalizePath('//a//b', { ...options, mergeSlashes: false }).path).toBe('//a//b'));

  it('never leaves a dot segment that decoding would bring back', () => {
    const piece = fc.constantFrom('/', '.', '..', '%2e', '%2E', 'a', '%61', '%2f', '%25', ';x');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const { path: normal, isValid } = normalizePath(`/${pieces.join('')}`, options);
        if (!isValid) return;
        expect(normal.split('/').some((segment) => segment === '.' || segment === '..')).toBe(false);
        expect(normalizePath(normal, { ...options, decodeUnreserved: false }).path).toBe(normal);
      }),
    );
  });
});

describe('unescapePath', () => {
  it.each([
    ['/a%20b', 'refuse', { path: '/a b' }],
    ['/a%2fb%41', 'refuse', { path: '/a/bA', status: 404 }],
    ['/a%2Fb', 'decode', { path: '/a/b' }],
    ['/a%2Fb', 'keep', { path: '/a%2Fb' }],
    ['/a%00b', 'keep', { path: '/a', status: 404 }],
    ['/a%zz%00', 'refuse', { path: '/a%zz', status: 400 }],
    ['/%25%32%66', 'refuse', { path: '/%2f' }],
  ] as const)('%s with slashes %s', (path, slashes, result) =>
    expect(unescapePath(path, slashes)).toEqual(result),
  );

  it('undoes escapePath', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 255 })), (bytes) => {
        const path = `/${String.fromCharCode(...bytes)}`;
        expect(unescapePath(escapePath(path), 'decode')).toEqual({ path });
      }),
    );
  });
});
