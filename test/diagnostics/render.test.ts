import { describe, expect, test } from 'vitest';
import { CODES, diagnostic } from '../../src/diagnostics/codes.ts';
import { readable } from '../../src/diagnostics/place.ts';
import { renderCompact } from '../../src/diagnostics/render-compact.ts';
import { renderJson } from '../../src/diagnostics/render-json.ts';
import { renderPretty } from '../../src/diagnostics/render-pretty.ts';
import { suggestionHelp, suggestNames } from '../../src/diagnostics/suggest.ts';
import { load } from '../../src/load/load.ts';
import { memoryFiles } from '../load/memory-files.ts';

function read(files: Record<string, string>) {
  return load({ rootPath: '/main.conf', serverRoot: '/', files: memoryFiles(files), env: new Map() });
}

describe('the pretty form', () => {
  test('shows the line, an underline, the include chain and related places', () => {
    const { sources, diagnostics } = read({
      '/main.conf': '\nInclude sub.conf\n',
      '/sub.conf': '<Directory "/x y">\n\t</Location>\n</Directory>\n',
    });
    expect(renderPretty(sources, diagnostics)).toBe(
      [
        'error: Expected </Directory> but saw </Location> [syntax/wrong-close-tag]',
        '    --> /sub.conf:2:2',
        '    2 |  </Location>',
        '      |  ^^^^^^^^^^^',
        '   = included from /main.conf:2',
        '   = <Directory> is opened here:',
        '    --> /sub.conf:1:2',
        '    1 | <Directory "/x y">',
        '      |  ^^^^^^^^^',
        '',
        '',
      ].join('\n'),
    );
  });

  test('shows lines of a macro expanded, at the place of their definition', () => {
    const { sources, diagnostics } = read({
      '/main.conf': '<Macro m $a>\n# c\nInclude $a\n</Macro>\nUse m nope\n',
    });
    expect(renderPretty(sources, diagnostics)).toContain(
      [
        '    --> /main.conf:3:1',
        '    3 | Include nope',
        '      |         ^^^^',
        "   = in macro 'm' used at /main.conf:5",
      ].join('\n'),
    );
  });

  test('cuts long lines around the place', () => {
    const { sources, diagnostics } = read({
      '/main.conf': `SetEnv ${'a '.repeat(500)}\${x} ${'b '.repeat(500)}\n`,
    });
    const [, , excerpt, underline] = renderPretty(sources, diagnostics).split('\n');
    expect(excerpt!.length).toBeLessThan(200);
    expect(excerpt!.slice(underline!.indexOf('^'), underline!.lastIndexOf('^') + 1)).toBe('${x}');
  });

  test('lets no control character of the configuration reach the terminal', () => {
    const { sources, diagnostics } = read({ '/main.conf': 'SetEnv \x1b[31m${a\x1b]0;x\x07} \xc2\x9b\n' });
    expect(renderPretty(sources, diagnostics) + renderCompact(sources, diagnostics)).not.toMatch(
      /[\x00-\x09\x0b-\x1f\x7f-\x9f]/,
    );
  });

  test('is coloured when asked', () => {
    const { sources, diagnostics } = read({ '/main.conf': '</a>\n' });
    expect(renderPretty(sources, diagnostics, { color: true })).toContain('\u001b[1;31merror\u001b[0m');
  });
});

test('the compact form has one line for each diagnostic', () => {
  const { sources, diagnostics } = read({ '/main.conf': 'SetEnv ${a}\n</b>\n' });
  expect(renderCompact(sources, diagnostics)).toBe(
    '/main.conf:1:8: warning: Config variable ${a} is not defined [load/variable-undefined]\n' +
      '/main.conf:2:1: error: </b> without matching <b> section [syntax/close-without-open]\n',
  );
});

test('the JSON form has places, related places, origins and edits', () => {
  const { sources } = read({
    '/main.conf': 'Include a.conf\n',
    '/a.conf': Buffer.from('ä b\n', 'utf8').toString('latin1'),
  });
  const span = { file: 1, start: 3, end: 4 };
  const found = diagnostic('syntax/argument-count', 'too many', span, {
    help: 'remove it',
    related: [{ message: 'here', span }],
    fix: { title: 'remove', kind: 'safe', edits: [{ span, text: '' }] },
  });
  const range = { path: '/a.conf', line: 1, column: 3, endLine: 1, endColumn: 4 };
  expect(JSON.parse(renderJson(sources, [found]))).toEqual([
    {
      code: 'syntax/argument-count',
      severity: 'error',
      message: 'too many',
      ...range,
      help: 'remove it',
      related: [{ message: 'here', ...range }],
      includedFrom: [{ kind: 'include', path: '/main.conf', line: 1 }],
      fix: { title: 'remove', kind: 'safe', edits: [{ ...range, text: '' }] },
    },
  ]);
});

test('text for people is decoded from UTF-8, with what cannot be shown made visible', () => {
  expect(readable(Buffer.from('ä\t\u202e', 'utf8').toString('latin1') + '\x00')).toBe('ä \\u202e\\x00');
});

test('every code has a folder and a name, and a summary without a full stop', () => {
  for (const [code, { summary }] of Object.entries(CODES)) {
    expect(code).toMatch(/^[a-z]+\/[a-z-]+$/);
    expect(summary).toMatch(/^[A-Z$].*[^.]$/);
  }
});

describe('suggestions', () => {
  const names = ['RewriteRule', 'RewriteCond', 'RewriteBase', 'Redirect', 'DocumentRoot', 'Allow', 'Alias'];

  test.each([
    ['RewriteRul', ['RewriteRule']],
    ['DocumnetRoot', ['DocumentRoot']],
    ['rewriterule', ['RewriteRule']],
    ['Alow', ['Allow']],
    ['Frobnicate', []],
    ['', []],
  ])('for %j are %j', (name, expected) => {
    expect(suggestNames(name, names)).toEqual(expected);
  });

  test('are at most three, the nearest first', () => {
    expect(suggestNames('abc', ['abd', 'abcd', 'abc', 'abx', 'xbc'])).toEqual(['abc', 'abcd', 'abd']);
  });

  test('read as a question', () => {
    expect(suggestionHelp(['A', 'B', 'C'])).toBe('did you mean A, B or C?');
    expect(suggestionHelp([])).toBeUndefined();
  });
});
