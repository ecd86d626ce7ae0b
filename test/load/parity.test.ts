import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { Bench, hasApache, type Reading } from './oracle.ts';

/** Fragments whose reading is compared with apache2's: refused or not, at which line of which file, and the tree. */
const FRAGMENTS: Readonly<Record<string, readonly string[]>> = {
  'physical and logical lines': [
    'SetEnv a b\r\nSetEnv c d\r\n',
    'SetEnv a\rSetEnv b\n',
    'Set\\\nEnv a b\n',
    'SetEnv a \\\n     b\n',
    'SetEnv a \\\r\n     b\r\n',
    'SetEnv a b\\\\\n\nSetEnv c\n',
    'a\\\\\n\nTimeout 5\n',
    'SetEnv a b\\\\\\\n\n\nSetEnv c\n',
    'SetEnv a \\ \nSetEnv b\n',
    'SetEnv a b \\',
    'SetEnv a b \\\n',
    '# note \\\nSetEnv a\nSetEnv b\n',
    'SetEnv a \0b\\\nSetEnv c\n',
    'SetEnv a \\\nb\0c\\\nSetEnv d\n',
    '\xef\xbb\xbfSetEnv a\n',
    'SetEnv\xa0a b\n',
    '\v\f SetEnv \t a\n',
    'SetEnv a b',
    '',
    '\n\n\\\n\\\n',
    'SetEnv a # b\n',
  ],
  words: [
    'SetEnv "a b" c\n',
    'SetEnv "a\\"b" \'c"d\'\n',
    'SetEnv "5"6\n',
    'SetEnv "5\n',
    '"SetEnv" a b\n',
    'SetEnv"a" b\n',
    '"" SetEnv a\n',
    'setenv a b\nSETENV c\n',
    '"</Directory>"\n',
    '"<Directory" /x>\nSetEnv a\n</Directory>\n',
  ],
  sections: [
    '<Directory /x>\nSetEnv a b\n</Directory>\n',
    '<Directory /x>\nSetEnv a b\n',
    '\n<Directory /x>\n\n<Files x>\n',
    '<Directory /x>\n</VirtualHost>\n',
    '</Foo>\n',
    '</>\n',
    '<>\n</>\n',
    '<\n</>\n',
    '<Directory /x>\n</Directory\n',
    '<Directory /x>\n</Directory >\n',
    '<Directory /x>\n</Directory> # comment\n',
    '<Directory /x> # comment\n</directory>\n',
    '<Directory "/x>">\n</Directory>\n',
    '<Directory /x >\n</Directory>\n',
    '<Directory /x>\n<RequireAll>\nRequire all granted\n</RequireAll>\n</Directory>\n',
    '<Foo>bar>\n</Foo>bar>\n',
    '<Foo>\n</Foo>\n</Foo>\n',
    '< Directory /x>\n</Directory>\n',
    'Foo\n</Bar>\n',
    'a/b c\n',
  ],
  conditions: [
    '<IfModule core.c>\nSetEnv a\n</IfModule>\n',
    '<IfModule !core.c>\nSetEnv a\n</IfModule>\nSetEnv b\n',
    '<IfModule ! core.c>\nSetEnv a\n</IfModule>\nSetEnv b\n',
    '<IfModule "!core.c">\nSetEnv a\n</IfModule>\nSetEnv b\n',
    '<IfModule !"core.c">\nSetEnv a\n</IfModule>\nSetEnv b\n',
    '<IfModule core.c foo>\nSetEnv a\n</IfModule>\n',
    '<IfModule>\n</IfModule>\n',
    '<IfModule !>\n</IfModule>\n',
    '<IfModule "">\n</IfModule>\n',
    '<IfModule core.c\n</IfModule>\n',
    '<IfModule>core.c>\n</IfModule>\n',
    '<IfModule core.c>\n</IfModule> # c\n',
    '<IfModule core.c>\n</ifmodule>\n',
    '<IfModule core.c>\n</IfModule >\n',
    '<IfModule core.c>\n<Directory /x>\n</IfModule>\n',
    '<IfModule core.c>\n<Directory /x>\nSetEnv a\n',
    '<Directory /x>\n<IfModule core.c>\n</Directory>\n</IfModule>\n',
    '<Directory /x>\n<IfModule core.c>\n<Files x>\n',
    '\n<IfModule foo.c>\n\n<Foo>\n</Bar>\n</IfModule>\n',
    '\n<IfModule foo.c>\n<Foo>\n',
    '<IfModule foo.c>\n</IfModulex\nSetEnv a\n',
    '<IfModule foo.c>\n<Else> # c\n</Else>\n</IfModule>\n',
    '<IfModule foo.c>\n</\n</IfModule>\n',
    '<IfModule foo.c>\n<Foo>\n</foo> x\n</IfModule> y\nSetEnv a\n',
    '<IfModule foo.c>\nInclude /nope\n${HGW_ENV\nDefine a:b\n</IfModule>\nSetEnv a\n',
    '<IfModule env_module>\nSetEnv a\n</IfModule>\n<IfModule mod_env.c>\nSetEnv b\n</IfModule>\n<IfModule Mod_env.c>\nSetEnv c\n</IfModule>\n',
    '<IfModule http_core.c>\nSetEnv a\n</IfModule>\n<IfModule http_module>\nSetEnv b\n</IfModule>\n<IfModule event.c>\nSetEnv c\n</IfModule>\n<IfModule mod_mpm_event.c>\nSetEnv d\n</IfModule>\n',
    '<IfDefine DUMP_CONFIG>\nSetEnv a\n</IfDefine>\n<IfDefine dump_config>\nSetEnv b\n</IfDefine>\n',
    'Define a\n<IfDefine a>\nSetEnv a ${a}\n</IfDefine>\nUnDefine a\n<IfDefine !a>\nSetEnv b\n</IfDefine>\n',
    '<IfFile main.conf>\nSetEnv a\n</IfFile>\n<IfFile nope>\nSetEnv b\n</IfFile>\n<IfFile .>\nSetEnv c\n</IfFile>\n<IfFile main.conf/>\nSetEnv d\n</IfFile>\n<IfFile sub/>\nSetEnv e\n</IfFile>\n',
    '<IfDirective setenv>\nSetEnv a\n</IfDirective>\n<IfDirective alias>\nSetEnv b\n</IfDirective>\n<IfDirective "<Files">\nSetEnv c\n</IfDirective>\n',
    '<IfSection files>\nSetEnv a\n</IfSection>\n<IfSection "<Files">\nSetEnv b\n</IfSection>\n<IfSection SetEnv>\nSetEnv c\n</IfSection>\n',
    'Define x ">"\n<IfModule core.c${x}\nSetEnv a\n</IfModule>\n',
    'Define x "</IfModule>"\n<IfModule core.c>\n${x}\n',
  ],
  versions: [
    ...[
      '2.4',
      '2.4.71',
      '= 2.4.71',
      '== 2.4.71',
      '>= 2.4',
      '!>= 2.4',
      '< 2.4.72',
      '<= 2.4.70',
      '> 2.4.70',
      '!= 2.4.70',
    ],
    ...[
      '~ ^2.4',
      '!~ ^2.4',
      '= /^2.4/',
      '= /^2.4',
      '~ (',
      '=< 2.4',
      '~= 2.4',
      '!',
      '! 2.4.71',
      '!2.4.71',
      '>=2.4',
      '',
    ],
    ...[
      '= 2.4.71.1',
      '>= 2..1',
      '>= 2.',
      '= 2.4.x',
      '"= 2.4.71"',
      '= 2.4.71 foo',
      '>= 2.4 x y',
      '= ""',
      '= 2.4.71 ',
      '2.4.71 ',
    ],
  ].map((comparison) => `<IfVersion ${comparison}>\nSetEnv a\n</IfVersion>\nSetEnv b\n`),
  variables: [
    'Define A b\nSetEnv ${A} "${a}"\n',
    'Define A 1\nDefine a 2\nSetEnv x ${A}\n',
    'Define A 1\nDefine A\nSetEnv x ${A}\n',
    'Define A 1\nUnDefine a\nSetEnv x ${A}\n<IfDefine A>\nSetEnv y\n</IfDefine>\n',
    'SetEnv x "${HGW_ENV}"\nDefine HGW_ENV mine\nSetEnv y ${HGW_ENV}\nUnDefine HGW_ENV\nSetEnv z "${HGW_ENV}"\n',
    'SetEnv x ${HGW_ENV}\n',
    'SetEnv a ${x:y}\nSetEnv b ${\nSetEnv c $\nSetEnv d ${}\nSetEnv e $x}\n',
    'Define A b\nSetEnv x ${${A}}\n',
    'Define A "a b\nSetEnv ${A}\n',
    'Define A 1\nDefine A ${A}2\nSetEnv x ${A}\n',
    'Define D "<Directory"\n${D} /x>\nSetEnv a\n</Directory>\n',
    'Define D "SetEnv a b"\n${D}\n',
    'Define D "#"\n${D} x\n',
    'Define a:b\n',
    'UnDefine a:b\n',
    'Define\n',
    'Define "" x\n',
    'Define a b c\n',
    'UnDefine a b\n',
    '<Directory /x>\nDefine A 1\n</Directory>\nSetEnv x ${A}\n',
  ],
  includes: [
    'Include sub/a.conf\n',
    'Include "sub/a.conf" x\n',
    'Include\n',
    'Include nope.conf\n',
    'IncludeOptional nope.conf\n',
    'Include sub\n',
    'Include sub/*\n',
    'Include sub/*.conf\n',
    'Include sub/[a-b].conf\n',
    'Include sub/[!a].conf\n',
    'Include sub/?.conf\n',
    'Include */a.conf\n',
    'Include */nope.conf\n',
    'IncludeOptional */nope.conf\n',
    'Include sub/nope*\n',
    'IncludeOptional sub/nope*\n',
    'Include nope/*.conf\n',
    'IncludeOptional nope/*.conf\n',
    'Include sub/../sub/./a.conf\n',
    'Include sub//a.conf\n',
    'Include main.conf/*\n',
    'IncludeOptional main.conf/*\n',
    'Include /dev/null\n',
    'IncludeOptional /dev/zero\n',
    'Include open.conf\n',
    'Include close.conf\n',
    '<Directory /x>\nInclude close.conf\n',
    '<Directory /x>\nInclude sub/a.conf\n</Directory>\n',
    'Include self.conf\n',
    'Include \\\nnope\\\n.conf\n',
    '\n<IfModule core.c>\nInclude nope.conf\n</IfModule>\n',
    'Include sub/.hidden\n',
    'Include sub/deep/\n',
    'Include sub/a.conf/\n',
    'IncludeOptional sub/a.conf/\n',
    'Include nope/\n',
    'Include su*/\n',
    'Include sub/*/\n',
    'Include sub/*/er\n',
    'Include error.conf\n',
  ],
  macros: [
    '<Macro m>\nSetEnv a\n</Macro>\nUse m\nUse M\n',
    '<Macro m $a $b>\nSetEnv $a "$b"\n</Macro>\nUse m x "y z"\n',
    '<Macro m $a $ab>\nSetEnv $a $ab\n</Macro>\nUse m 1 2\n',
    '<Macro m @a>\nSetEnv x @a\n</Macro>\nUse m "q\\"r s"\n',
    '<Macro m $a>\n$a\n</Macro>\nUse m "SetEnv a b"\nUse m "#SetEnv a b"\nUse m "<Files x>"\n</Files>\n',
    '<Macro m $a>\nx$ay\n</Macro>\nUse m Foo\n',
    '<Macro m>\n# comment\n\nSetEnv a\n</Macro>\n\nUse m\n',
    '<Macro m>\n\nInclude nope.conf\n</Macro>\nUse m\n',
    '<Macro m>\n\n</Foo>\n</Macro>\n<IfModule core.c>\n\nUse m\n',
    '<Macro m>\n<Directory /x>\n</Macro>\nUse m\nSetEnv a\n</Directory>\n',
    '<Macro m>\n<Directory /x>\n</Macro>\nUse m\n',
    '<Macro m>\n</Directory>\n</Macro>\n<Directory /x>\nUse m\n',
    '<Macro m>\n<IfModule foo.c>\n</Macro>\nUse m\nFoo\n</IfModule>\nSetEnv a\n',
    '<Macro m>\n<Macro n>\nSetEnv a\n</Macro>\n</Macro>\nUse m\nUse n\n',
    '<Macro m>\nUse n x\n</Macro>\n<Macro n $a>\nSetEnv $a\n</Macro>\nUse m\n',
    '<Macro m>\nUse m\n</Macro>\nUse m\n',
    '<Macro m>\nUse n\n</Macro>\n<Macro n>\nUse m\n</Macro>\nUse m\n',
    '<Macro m>\n<Macro n>\nUse m\n</Macro>\n</Macro>\nUse m\nUse n\n',
    'Use m\n',
    '<Macro m>\n</Macro>\nUse\n',
    '<Macro m>\n</Macro>\nUse n\n',
    '<Macro m>\n</Macro>\nUse m x\n',
    '<Macro m $a>\n</Macro>\nUse m\n',
    '<Macro m $a>\nSetEnv "$a"\n</Macro>\nUse m ""\n',
    '<Macro>\n</Macro>\n',
    '<Macro >\n</Macro>\n',
    '<Macro "">\n</Macro>\n',
    '<Macro m\n</Macro>\n',
    '<Macro m $a $a>\n</Macro>\n',
    '<Macro m "">\n</Macro>\n',
    '<Macro m>\nSetEnv a\n</Macro\n',
    '<Macro m>\nSetEnv a\n',
    '<Macro m>\nSetEnv a\n</Macro> x\nUse m\n',
    'UndefMacro m\n',
    '<Macro m>\n</Macro>\nUndefMacro n\n',
    '<Macro m>\nSetEnv a\n</Macro>\nUndefMacro M\nUse m\n',
    '<Macro m>\nSetEnv a\n</Macro>\n<Macro m>\nSetEnv b\n</Macro>\nUse m\n',
    'Define x m\n<Macro ${x}>\nSetEnv ${x}\n</Macro>\nDefine x n\nUse m\n',
    '<Directory /x>\n<Macro m>\nSetEnv a\n</Macro>\n</Directory>\nUse m\n',
    '<Macro m>\nSetEnv a \\\nb\n</Macro>\nUse m\n',
    '<Macro m $a>\nSetEnv a $a\nSetEnv b\n</Macro>\nUse m "x\\\\"\n',
    '<IfModule foo.c>\n<Macro x>\n</IfModule>\n',
  ],
  'modules and roots': [
    'LoadModule x\n',
    'LoadModule env_module nope.so\nSetEnv a\n',
    'LoadFile\n',
    'LoadFile ""\n',
    'ServerRoot\n',
    'ServerRoot /nope\n',
    'ServerRoot /\nInclude dev/null\nInclude sub/a.conf\n',
    'DefaultRuntimeDir /nope\n',
    'DefaultRuntimeDir sub\n',
    '<Directory /x>\nServerRoot /tmp\n</Directory>\nSetEnv a\n',
  ],
};

describe.skipIf(!hasApache)('reading agrees with apache2', () => {
  const bench = new Bench();
  afterAll(() => bench.remove());
  bench.write('sub/a.conf', 'SetEnv a\n<IfModule core.c>\nSetEnv b\n');
  bench.write('sub/b.conf', 'SetEnv c ${HGW_ENV\n');
  bench.write('sub/B.conf', 'SetEnv d');
  bench.write('sub/_.conf', '');
  bench.write('sub/.hidden', 'SetEnv hidden\n');
  bench.write('sub/deep/er/x.txt', 'SetEnv deep\n');
  bench.write('open.conf', '\n<Directory /x>\n');
  bench.write('close.conf', '</Directory>\n');
  bench.write('self.conf', 'Include self.conf\n');
  bench.write('error.conf', 'SetEnv a\n\n</Foo>\n');

  for (const [topic, fragments] of Object.entries(FRAGMENTS)) {
    test.each(fragments.map((fragment) => [JSON.stringify(fragment), fragment]))(
      `${topic}: %s`,
      (_, fragment) => {
        expectSameReading(bench, fragment);
      },
    );
  }

  test('but for the last line of a file after a Use, which httpd loses when it has no line end', () => {
    const fragment = '<Macro m>\nSetEnv a\n</Macro>\nUse m\nSetEnv b';
    const httpd = bench.httpd(fragment);
    const gateway = bench.gateway(fragment);
    expect(httpd).toMatchObject({ kind: 'read', lines: [expect.stringContaining('SetEnv a')] });
    expect(gateway).toMatchObject({
      kind: 'read',
      lines: [expect.stringContaining('SetEnv a'), expect.stringContaining('SetEnv b')],
    });
  });

  test('of lines put together at random', () => {
    fc.assert(
      fc.property(randomLines, (fragment) => expectSameReading(bench, fragment)),
      { numRuns: 150 },
    );
  }, 60_000);
});

function expectSameReading(bench: Bench, fragment: string): void {
  const httpd = bench.httpd(fragment);
  const gateway = bench.gateway(fragment);
  expect(placeOf(gateway)).toEqual(placeOf(httpd));
  if (httpd.kind === 'refused' && gateway.kind === 'refused')
    expect(plainMessage(httpd.message)).toContain(gateway.message);
  if (httpd.kind === 'read' && gateway.kind === 'read') expect(gateway.warnings).toEqual(httpd.warnings);
  // without a dump of httpd's tree (an error of its walk pass) there is nothing more to compare
  if (httpd.kind === 'read' && gateway.kind === 'read' && httpd.lines !== undefined) {
    expect(gateway.lines).toEqual(httpd.lines);
  }
}

/** httpd's message without the places in it; of several unclosed sections the outermost, which httpd names last. */
function plainMessage(message: string): string {
  const places = / \(defined on line \d+ of "[^"]*"\)/g;
  return message.replace(places, '').replace('\n\t', ': ').split('\n').at(-1)!;
}

/** Where a reading was refused. */
function placeOf(reading: Reading): unknown {
  if (reading.kind === 'read') return 'read';
  return { file: reading.file, line: reading.line };
}

const randomLines = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        ...[
          '<Directory /x>',
          '</Directory>',
          '<Files x >',
          '</files>',
          '<RequireAll>',
          '</RequireAll>',
          '</Files> # x',
        ],
        ...[
          '<IfModule core.c>',
          '<IfModule !core.c>',
          '</IfModule>',
          '</IfModule> x',
          '<IfDefine v>',
          '</IfDefine>',
        ],
        ...[
          '<Macro m $a>',
          '<Macro n>',
          '</Macro>',
          'Use m x',
          'Use n',
          'Use m "SetEnv q r"',
          'UndefMacro m',
        ],
        ...[
          'SetEnv a b',
          'SetEnv a ${v}',
          'SetEnv $a',
          '$a',
          '${v} x',
          'SetEnv "x$ay" "b',
          'SetEnv d\\',
          '# c \\',
          '',
        ],
        ...[
          'Define v 5',
          'Define V SetEnv',
          'Define v "<Files"',
          'UnDefine v',
          'Include sub',
          'Include sub/*.conf',
        ],
        ...[
          'Include open.conf',
          'Include close.conf',
          'IncludeOptional nope*',
          '<Foo',
          '</',
          '\\',
          '\\\\',
          '\0 x\\',
        ],
      ),
      fc.constantFrom('\n', '\n', '\n', '\n', '\r\n', '', '\\\n', ' \n'),
    ),
    { minLength: 1, maxLength: 14 },
  )
  .map((lines) => lines.map((line) => line.join('')).join(''));
