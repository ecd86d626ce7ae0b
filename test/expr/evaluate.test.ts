import { mkdirSync, rmSync } from 'node:fs';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { parseCondition, parseExpr, parseString } from '../../grammar/expr/index.ts';
import type { ExprOptions } from '../../grammar/expr/index.ts';
import { compileCondition, compileString } from '../../src/expr/compile.ts';
import { ExprError, noCaptures } from '../../src/expr/context.ts';
import type { Captures, ExprContext } from '../../src/expr/context.ts';
import { exprChecks } from '../../src/pattern/expr-checks.ts';
import { makeDocroot } from './apache.ts';
import { exampleRequest } from './example-request.ts';

const { root, docroot } = makeDocroot();
afterAll(() => rmSync(root, { recursive: true }));

function holds(text: string, context: ExprContext = exampleRequest(docroot), captures?: Captures): boolean {
  const parsed = parseCondition(text, exprChecks);
  if (!parsed.ok) throw new Error(`${parsed.message} at ${parsed.offset}`);
  return compileCondition(parsed.node)(context, captures);
}

function value(text: string, context: ExprContext = exampleRequest(docroot), captures?: Captures): string {
  const parsed = parseString(text, exprChecks);
  if (!parsed.ok) throw new Error(`${parsed.message} at ${parsed.offset}`);
  return compileString(parsed.node)(context, captures);
}

describe('captures', () => {
  test('are handed to a later expression', () => {
    const captures = noCaptures();
    expect(holds('%{REQUEST_URI} =~ m#^/(app)/(\\d)#', undefined, captures)).toBe(true);
    expect(value('$2-$1-$0-$3', undefined, captures)).toBe('7-app-/app/7-');
  });

  test('are cleared by a failing match with groups, and left alone by one without', () => {
    const captures = noCaptures();
    holds('"abc" =~ /(b)/', undefined, captures);
    holds('"abc" =~ /x/ || "abc" =~ /c/', undefined, captures);
    expect(value('$1', undefined, captures)).toBe('b');
    holds('"abc" =~ /(x)/', undefined, captures);
    expect(value('$1', undefined, captures)).toBe('');
  });

  test('do not leak from one evaluation to the next', () => {
    const parsed = parseCondition('$1 == "" && "a" =~ /(a)/');
    if (!parsed.ok) throw new Error(parsed.message);
    const condition = compileCondition(parsed.node);
    expect([condition(exampleRequest(docroot)), condition(exampleRequest(docroot))]).toEqual([true, true]);
  });
});

describe('Vary', () => {
  test('gets the request headers that a condition reads, as they are spelled, but Host', () => {
    const request = exampleRequest(docroot);
    holds(
      '%{req:x-FOO} == "" || req("Accept") == "" || %{HTTP_COOKIE} == "" || %{HTTP_HOST} == "x"',
      request,
    );
    holds('%{req_novary:X-A} == "" && %{req:Host} == ""', request);
    expect(request.vary).toEqual(['x-FOO', 'Accept', 'Cookie']);
  });

  test('gets nothing from what was not evaluated, nor from strings', () => {
    const request = exampleRequest(docroot);
    holds('true || %{req:X-A} == ""', request);
    expect(value('%{req:X-Foo}', request)).toBe('Bar Baz');
    expect(request.vary).toEqual([]);
  });

  test('gets nothing when the consumer wants none', () => {
    const request = exampleRequest(docroot);
    const parsed = parseCondition('%{req:X-Foo} == "Bar Baz"');
    if (!parsed.ok) throw new Error(parsed.message);
    expect(compileCondition(parsed.node, { vary: false })(request)).toBe(true);
    expect(request.vary).toEqual([]);
  });
});

describe('nesting', () => {
  const nested = (levels: number): string => `${'tolower('.repeat(levels)}"a"${')'.repeat(levels)} == "a"`;

  test('is evaluated to 18 functions deep', () => {
    expect(holds(nested(18))).toBe(true);
    expect(() => holds(nested(19))).toThrow(new ExprError('Recursion limit reached'));
  });

  test('fails only where the deep part is evaluated', () => {
    expect(holds(`true || ${nested(25)}`)).toBe(true);
  });

  test('does not count parentheses, negations and chains', () => {
    expect(holds(`${'('.repeat(200)}true${')'.repeat(200)}`)).toBe(true);
    expect(holds(`${'!'.repeat(200)}true`)).toBe(true);
    expect(holds(Array.from({ length: 200 }, () => 'true').join(' && '))).toBe(true);
    expect(holds(`${'"a" . '.repeat(200)}"b" != ""`)).toBe(true);
  });

  test('counts interpolated strings that follow one another in a chain', () => {
    expect(holds(`${'"a%{tolower:x}" . '.repeat(17)}"z" != ""`)).toBe(true);
    expect(() => holds(`${'"a%{tolower:x}" . '.repeat(18)}"z" != ""`)).toThrow(ExprError);
    expect(holds(`${'"a%{tolower:x}" . "b" . '.repeat(30)}"z" != ""`)).toBe(true);
  });
});

describe('functions', () => {
  test.each([
    ['%{ldap:a=b,c#d+e;f<g>h}', 'a=b\\2cc#d\\2be\\3bf\\3cg\\3eh'],
    ['%{ldap:\xe9}', '\\e9'],
    ["%{escape:\xe9~!*(),;'[]^|}".replace("'", ''), '%e9~!*(),;%5b%5d%5e%7c'],
    ['%{unbase64:YWI=YWI=}', 'ab'],
    ['%{unbase64:YQBi}', 'a'],
    ['%{toupper:caf\xe9}', 'CAF\xe9'],
    ['%{unescape:a+b%5C}', 'a+b\\'],
    ['a\\000b', 'a'],
    ['%{osenv:PATH}', '/bin'],
    ['%{env:PATH}', '/bin'],
    ['%{TIME_YEAR}%{TIME_MON}%{TIME_DAY}%{TIME_HOUR}%{TIME_MIN}%{TIME_SEC}%{TIME_WDAY}', '202603040506073'],
    ['%{TIME}', '20260304050607'],
  ])('%s gives %s', (text, expected) => {
    vi.useFakeTimers({ now: new Date(2026, 2, 4, 5, 6, 7) });
    try {
      expect(value(text)).toBe(expected);
    } finally {
      vi.useRealTimers();
    }
  });

  test('file() fails on what cannot be read', () => {
    expect(() => value('%{file:/nope}')).toThrow(new ExprError('Cannot open file /nope'));
    expect(() => value(`%{file:${docroot}}`)).toThrow(ExprError);
  });
});

describe('tests of files', () => {
  test('are false for paths that cannot be looked up', () => {
    mkdirSync(`${docroot}/d`, { recursive: true });
    expect(holds(`-d '${docroot}/d' && ! -f '${docroot}/d' && ! -s '${docroot}/d'`)).toBe(true);
    expect(holds(`-e '${docroot}/file.txt/below' || -e '' || -d ''`)).toBe(false);
    expect(holds(`-x '${docroot}/link.txt' && ! -x '${docroot}/file.txt'`)).toBe(true);
  });
});

describe('addresses', () => {
  test.each([
    ["'127.1' -ipmatch '127.0.0.0/8'", true],
    ["'0x7f000001' -ipmatch '127'", true],
    ["'127' -ipmatch '127'", false],
    ["'999.1' -ipmatch '127'", false],
    ["'no.such.host.invalid' -ipmatch '127'", false],
  ])('%s is %s', (text, expected) => {
    expect(holds(text)).toBe(expected);
  });
});

describe('parsing', () => {
  test.each<[text: string, offset: number, hint: RegExp]>([
    ['%{REQUEST_URI}', 14, /-n/],
    ['foo == 1', 4, /quote/],
    ["'x' =~ /x/g", 10, /flag is i/],
    ['("a") == "a"', 4, /parentheses/],
    ['%{HTTP_X_FOO} == 1', 2, /%\{req:Name\}/],
  ])('of %s stops at %i with a hint', (text, offset, hint) => {
    const parsed = parseCondition(text);
    expect(parsed).toMatchObject({ ok: false, offset });
    expect(!parsed.ok && parsed.hint).toMatch(hint);
  });

  test('points into a regex', () => {
    expect(parseCondition('"a" =~ /a(b/', exprChecks)).toMatchObject({
      ok: false,
      message: expect.stringMatching(/^Failed to compile regular expression: /) as string,
      offset: 11,
    });
  });

  test.each<[text: string, options: ExprOptions, message: string | undefined]>([
    ['filesize("/x") == 0', {}, undefined],
    ['filesize("/x") == 0', { restricted: 'htaccess' }, 'filesize not available in restricted context'],
    ['-f "/x"', { restricted: 'htaccess' }, undefined],
    ['-f "/x"', { restricted: 'all' }, '-f not available in restricted context'],
    ['%{SSL_PROTOCOL} == ""', {}, "Variable 'SSL_PROTOCOL' does not exist"],
    ['%{SSL_PROTOCOL} == ""', { ssl: true }, undefined],
    ['%{SSL:SSL_PROTOCOL} == ""', { ssl: true }, undefined],
    ['"a" in PeerExtList("1.2.3")', { ssl: true }, undefined],
    ['-R 127', exprChecks, '-R requires subnet/netmask as constant argument'],
  ])('of %s with %o says %s', (text, options, message) => {
    const parsed = parseCondition(text, options);
    expect(parsed.ok ? undefined : parsed.message).toBe(message);
  });

  test('lists the regex literals', () => {
    const parsed = parseExpr('"a" =~ m#x/y#i || "b" !~ /z/', 'boolean');
    expect(parsed.ok && parsed.patterns.map(({ source, caseless }) => [source, caseless])).toEqual([
      ['x/y', true],
      ['z', false],
    ]);
  });

  test.each([8191, 8192])('takes strings of 8191 characters, not more: %i', (length) => {
    expect(parseString('a'.repeat(length)).ok).toBe(length === 8191);
  });
});
