import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { load, loadHtaccess } from '../../src/load/load.ts';
import type { LoadRequest, LoadResult } from '../../src/load/request.ts';
import { positionOf, textOf } from '../../src/source/line-index.ts';
import type { ConfigNode } from '../../src/syntax/tree.ts';
import { memoryFiles } from './memory-files.ts';

const ROOT = '/conf/httpd.conf';

function read(text: string, files: Record<string, string> = {}, more: Partial<LoadRequest> = {}): LoadResult {
  return load({
    rootPath: ROOT,
    serverRoot: '/conf',
    files: memoryFiles({ ...files, [ROOT]: text }),
    env: new Map(),
    ...more,
  });
}

/** The tree as indented lines. */
function outline(nodes: readonly ConfigNode[], indent = ''): string[] {
  return nodes.flatMap((node) => {
    const args = node.args.map((word) => ` ${word.text}`).join('');
    if (node.kind === 'directive') return [`${indent}${node.name.text}${args}`];
    return [`${indent}<${node.name.text}${args}>`, ...outline(node.children, `${indent}  `)];
  });
}

function codes(result: Pick<LoadResult, 'diagnostics'>): string[] {
  return result.diagnostics.map((diagnostic) => diagnostic.code);
}

describe('the tree', () => {
  test('has includes in place, conditions decided and macros expanded', () => {
    const result = read(
      [
        'Define port 8080',
        '<Macro site $name>',
        '<VirtualHost *:${port}>',
        'ServerName $name.test',
        'Include vhost.inc',
        '</VirtualHost>',
        '</Macro>',
        '<IfDefine port>',
        'Use site a',
        '</IfDefine>',
        '<IfDefine !port>',
        'Use site b',
        '</IfDefine>',
        '',
      ].join('\n'),
      { '/conf/vhost.inc': 'DocumentRoot "/srv/x y"\n' },
    );
    expect(codes(result)).toEqual([]);
    expect(outline(result.tree)).toEqual([
      '<VirtualHost *:8080>',
      '  ServerName a.test',
      '  DocumentRoot /srv/x y',
    ]);
  });

  test('keeps the exact place of each word through continuations and variables', () => {
    const text = 'Define v "b c"\nSetEnv \\\n  a x${v}y "${v}"\n';
    const result = read(text);
    const node = result.tree[0]!;
    expect(node.args.map((word) => [word.text, textOf(result.sources, word.span)])).toEqual([
      ['a', 'a'],
      ['xb', 'x${v}'],
      ['cy', '${v}y'],
      ['b c', '"${v}"'],
    ]);
    expect(textOf(result.sources, node.span)).toBe('SetEnv \\\n  a x${v}y "${v}"');
  });

  test('gives places in a macro as lines of its definition', () => {
    const result = read('<Macro m $a>\n# comment\n  SetEnv $a\n</Macro>\nUse m x\n');
    expect(positionOf(result.sources, result.tree[0]!.args[0]!.span)).toEqual({
      path: ROOT,
      line: 3,
      column: 3,
    });
  });

  test('is plain data', () => {
    const result = read('<Macro m>\nSetEnv a ${b}\n</Macro>\nUse m\n<Directory /x>\n</Foo>\n');
    expect(structuredClone(result)).toEqual(result);
  });

  test('has the directives of -C before those of the file, and those of -c after them', () => {
    const result = read(
      'SetEnv b ${a}\n',
      {},
      { before: ['Define a 1', 'SetEnv a'], after: ['<Directory /x>', '</Directory>'] },
    );
    expect(outline(result.tree)).toEqual(['SetEnv a', 'SetEnv b 1', '<Directory /x>']);
  });
});

describe('problems', () => {
  test('are all reported, the one that httpd stops at first', () => {
    const result = read(
      '<Directory /x>\n</Location>\nInclude nope\nDefine a:b\n<IfVersion 2.x>\n</IfVersion>\n',
    );
    expect(codes(result).slice(0, 4)).toEqual([
      'syntax/wrong-close-tag',
      'load/file-unreadable',
      'load/variable-name',
      'load/version-condition',
    ]);
    expect(result.isIncomplete).toBe(true);
  });

  test('that follow from a wrong close tag are not reported again', () => {
    expect(codes(read('<VirtualHost *>\n<Directory /x>\n</Location>\n</VirtualHost>\n'))).toEqual([
      'syntax/wrong-close-tag',
    ]);
  });

  test('in an unclosed condition are warnings, since httpd takes the end of the file for its end', () => {
    const result = read('<IfModule core.c>\n<Directory /x>\n');
    expect(result.diagnostics.map((d) => [d.code, d.severity])).toEqual([
      ['load/condition-not-closed', 'warning'],
      ['syntax/section-not-closed', 'warning'],
    ]);
  });

  test('with variables: an undefined one is warned of, but not in comments, false conditions or with a colon', () => {
    const result = read('# ${a}\n<IfDefine x>\nSetEnv ${b}\n</IfDefine>\nSetEnv ${c:d}\nSetEnv ${e}\n');
    expect(result.diagnostics.map((d) => d.message)).toEqual(['Config variable ${e} is not defined']);
  });

  test.each(['<Directory /x>\n', '<IfModule core.c>\n'])(
    'of sections nested without end stop the reading: %j',
    (opener) => {
      expect(codes(read(opener.repeat(100_000)))).toEqual(['syntax/nested-too-deeply']);
      const files = {
        '/conf/inner.conf': `${opener.repeat(300)}${`</${opener.slice(1).split(' ')[0]}>\n`.repeat(300)}`,
      };
      expect(codes(read(`${opener.repeat(300)}Include inner.conf\n`, files))).toEqual([
        'syntax/nested-too-deeply',
      ]);
    },
  );

  test('of a main file that is missing are told at its path', () => {
    const result = load({ rootPath: '/nope', files: memoryFiles({}), env: new Map() });
    expect(result.diagnostics[0]!.message).toBe(
      'Could not open configuration file /nope: No such file or directory',
    );
    expect(positionOf(result.sources, result.diagnostics[0]!.span)).toEqual({
      path: '/nope',
      line: 1,
      column: 1,
    });
  });
});

describe('macros', () => {
  test.each([
    ['<Macro m a>\nSetEnv a\n</Macro>\n', 'load/macro-argument-prefix'],
    ['<Macro m $a $ab>\nSetEnv $a $ab\n</Macro>\n', 'load/macro-argument-overlap'],
    ['<Macro m $a>\nSetEnv b\n</Macro>\n', 'load/macro-argument-unused'],
    ['<Macro m>\n</Macro>\n', 'load/macro-empty'],
    ['<Macro m>\n<Directory /x>\n</Macro>\n', 'load/macro-unbalanced'],
    ['<Macro m $a>\nSetEnv a "$a"\n</Macro>\nUse m ""\n', 'load/macro-empty-argument'],
    ['<Macro m>\nSetEnv a\n</Macro>\n<Macro m>\nSetEnv a\n</Macro>\n', 'load/macro-redefined'],
    ['<Macro m> x\nSetEnv a\n</Macro>\n', 'load/trailing-text'],
  ])('%j is warned of', (text, code) => {
    const [diagnostic, ...others] = read(text).diagnostics;
    expect(others).toEqual([]);
    expect(diagnostic).toMatchObject({ code, severity: 'warning' });
  });

  test('are known with their parameters and uses', () => {
    const result = read('<Macro M $a>\nSetEnv $a\n</Macro>\nUse m 1\nUse m 2\n');
    expect(result.macros).toMatchObject([{ name: 'm', parameters: ['$a'] }]);
    expect(result.macros[0]!.uses).toHaveLength(2);
  });

  test('that double at each level are stopped', () => {
    const levels = 40;
    const definitions = Array.from({ length: levels }, (_, i) =>
      i === 0
        ? '<Macro m0>\nSetEnv a\n</Macro>\n'
        : `<Macro m${i}>\nUse m${i - 1}\nUse m${i - 1}\n</Macro>\n`,
    );
    const result = read(`${definitions.join('')}Use m${levels - 1}\n`);
    expect(codes(result)).toEqual(['load/too-large']);
    expect(result.isIncomplete).toBe(true);
  }, 60_000);

  test('and variables that double are stopped', () => {
    const result = read(`Define a 0123456789\n${'Define a ${a}${a}\n'.repeat(40)}`);
    expect(codes(result)).toContain('load/too-large');
  });
});

describe('includes', () => {
  test('of a directory take all that is in it, by bytes, dot files and subdirectories too', () => {
    const result = read('Include d\n', {
      '/conf/d/b': 'B\n',
      '/conf/d/.a': 'A\n',
      '/conf/d/B/x': 'X\n',
      '/conf/d/_': 'U\n',
    });
    expect(outline(result.tree)).toEqual(['A', 'X', 'U', 'B']);
    expect(result.includes.map(({ file, depth }) => [result.sources.files[file]!.path, depth])).toEqual([
      [ROOT, 0],
      ['/conf/d/.a', 1],
      ['/conf/d/B/x', 1],
      ['/conf/d/_', 1],
      ['/conf/d/b', 1],
    ]);
  });

  test('that never end are stopped at once', () => {
    const result = read('Include httpd.conf\nInclude httpd.conf\n');
    expect(codes(result)).toEqual(['load/include-depth']);
  });

  test('count from ServerRoot, not from the including file', () => {
    const files = {
      '/conf/d/a.conf': 'Include b.conf\n',
      '/conf/b.conf': 'Root\n',
      '/conf/d/b.conf': 'Near\n',
    };
    expect(outline(read('Include d/a.conf\n', files).tree)).toEqual(['Root']);
  });
});

describe('modules', () => {
  const text = '<IfModule mod_rewrite.c>\nA\n</IfModule>\n<IfModule mod_alias.c>\nB\n</IfModule>\n';

  test('are all loaded when no LoadModule line is executed', () => {
    const result = read(text);
    expect(outline(result.tree)).toEqual(['A', 'B']);
    expect(result.hasLoadModule).toBe(false);
  });

  test('are those of the LoadModule lines and those built in when there is one', () => {
    const result = read(
      `LoadModule alias_module modules/mod_alias.so\n${text}<IfModule log_config_module>\nC\n</IfModule>\n`,
    );
    expect(outline(result.tree)).toEqual(['B', 'C']);
    expect(result.modules.at(-1)).toMatchObject({
      identifier: 'alias_module',
      source: 'mod_alias.c',
      kind: 'shared',
    });
  });

  test('count only from their line on', () => {
    const result = read(`<IfModule mod_alias.c>\nA\n</IfModule>\nLoadModule alias_module x.so\n`);
    expect(outline(result.tree)).toEqual([]);
  });

  test('loaded twice, built in or unknown are reported', () => {
    const result = read(
      'LoadModule alias_module x\nLoadModule alias_module x\nLoadModule version_module x\nLoadModule foo_module mod_foo.so\n',
    );
    expect(result.diagnostics.map((d) => [d.code, d.severity])).toEqual([
      ['load/module-loaded-twice', 'warning'],
      ['load/module-built-in', 'error'],
      ['load/module-unknown', 'warning'],
    ]);
    expect(result.modules.at(-1)).toMatchObject({ identifier: 'foo_module', source: 'mod_foo.c' });
  });

  test('of policy listed are the built-in ones even without LoadModule', () => {
    expect(outline(read(text, {}, { modules: 'listed' }).tree)).toEqual([]);
  });

  test('that only exist when all do decide nothing about the LoadModule line inside their condition', () => {
    const result = read('<IfModule mod_alias.c>\nLoadModule rewrite_module x\n</IfModule>\nSetEnv a\n');
    expect(outline(result.tree)).toEqual(['SetEnv a']);
    expect(result.modules.length).toBeGreaterThan(100);
    expect(codes(result)).toEqual([]);
  });
});

describe('.htaccess', () => {
  const running = read(
    'Define site "x y"\n<Macro m $a>\nSetEnv $a\n</Macro>\nLoadModule env_module x\nLoadModule macro_module x\n',
    {},
    { modules: 'all' },
  );
  const readHtaccess = (text: string) =>
    loadHtaccess({ path: '/www/.htaccess', text, running, env: new Map([['e', 'env']]) });

  test('sees the names, modules and macros of the running configuration', () => {
    const result = readHtaccess('SetEnv a ${site} ${e}\nUse m b\n<IfModule mod_env.c>\nC\n</IfModule>\n');
    expect(codes(result)).toEqual([]);
    expect(outline(result.tree)).toEqual(['SetEnv a x y env', 'SetEnv b', 'C']);
    expect(positionOf(result.sources, result.tree[0]!.span)).toEqual({
      path: '/www/.htaccess',
      line: 1,
      column: 1,
    });
  });

  test.each(['Define a\n', 'Include x\n', 'LoadModule a b\n', 'ServerRoot /\n', 'UnDefine a\n'])(
    'may not hold %j',
    (text) => {
      const result = readHtaccess(text);
      expect(result.diagnostics.map((d) => d.message)).toEqual([`${text.split(' ')[0]} not allowed here`]);
    },
  );

  test('may hold only what the overrides in force admit; with Nonfatal=Override the rest is ignored', () => {
    const text = 'SetEnv a\n<IfModule core.c>\nSetEnv b\n</IfModule>\n';
    const request = { path: '/www/.htaccess', text, running, admits: () => false };
    expect(loadHtaccess(request).diagnostics[0]).toMatchObject({
      message: '<IfModule not allowed here',
      severity: 'error',
    });
    const lenient = loadHtaccess({ ...request, text: 'Define a\nSetEnv a\n', ignoresForbidden: true });
    expect(lenient.diagnostics.map((d) => d.severity)).toEqual(['warning']);
    expect(outline(lenient.tree)).toEqual(['SetEnv a']);
  });

  test('may not grow as a server configuration may', () => {
    const doubling = Array.from(
      { length: 20 },
      (_, i) => `<Macro n${i + 1}>\nUse n${i}\nUse n${i}\n</Macro>\n`,
    );
    expect(codes(readHtaccess(`<Macro n0>\nSetEnv a\n</Macro>\n${doubling.join('')}Use n20\n`))).toEqual([
      'load/too-large',
    ]);
  });

  test.each([
    ['a comment of 8191 bytes', `#${'a'.repeat(8190)}\n`, []],
    ['a comment of 8192 bytes', `#${'a'.repeat(8191)}\n`, ['syntax/line-too-long']],
    ['one without a line end', `#${'a'.repeat(8191)}`, []],
    ['a continued line', `#${'a'.repeat(4095)}\\\n${'b'.repeat(4096)}\n`, ['syntax/line-too-long']],
    ['a continued line within the limit', `#${'a'.repeat(4093)}\\\n${'b'.repeat(4096)}\n`, []],
  ])('limits lines: %s', (_, text, expected) => {
    expect(codes(readHtaccess(text))).toEqual(expected);
  });
});

test('any bytes give a tree and diagnostics, never a crash', () => {
  const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array).toString('latin1'));
  const soup = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '<',
          '</',
          '>',
          '"',
          "'",
          '\\',
          '\n',
          '\r',
          '\0',
          '${',
          '}',
          '<Macro m $a>\n',
          '</Macro>\n',
          'Use m x\n',
          '!',
        ),
        fc.constantFrom(
          '<IfModule core.c>\n',
          '</IfModule>\n',
          '<IfVersion ',
          'Define a ',
          'Include httpd.conf\n',
          ' ',
          '#',
          'x',
        ),
      ),
      { maxLength: 40 },
    )
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.oneof(bytes, soup), (text) => {
      const result = read(text);
      for (const { span } of result.diagnostics) {
        expect(span.start).toBeLessThanOrEqual(span.end);
        expect(span.end).toBeLessThanOrEqual(result.sources.files[span.file]!.text.length);
      }
    }),
    { numRuns: 1500 },
  );
});
