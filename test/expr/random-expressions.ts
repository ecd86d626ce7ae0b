import * as fc from 'fast-check';

/** Pieces of expressions in which the interesting things are likely. */
const identifier = fc.constantFrom(
  'tolower',
  'TOUPPER',
  'req',
  'http',
  'req_novary',
  'reqenv',
  'note',
  'md5',
  'escape',
  'unescape',
  'base64',
  'unbase64',
  'ldap',
  'filesize',
  'nosuch',
  'env',
);
const variableName = fc.constantFrom(
  'REQUEST_METHOD',
  'request_uri',
  'QUERY_STRING',
  'HTTPS',
  'HTTP_HOST',
  'REMOTE_ADDR',
  'SERVER_PROTOCOL',
  'NOPE',
  'THE_REQUEST',
  'CONTEXT_PREFIX',
);
const plain = fc.constantFrom(
  'a',
  'B',
  ' ',
  'abc',
  'X-Foo',
  '/',
  '.',
  '1',
  '\\n',
  '\\t',
  '\\101',
  '\\q',
  '\\\\',
  '$',
  '%',
  '{',
  '\\}',
  '=',
  '\xe9',
  '%20',
  '%2F',
  '*',
  '?',
  '\\$1',
  '[a-c]',
  '(',
  '&',
  '#',
  ';',
  '~',
  '"',
  "'",
);
const backref = fc.constantFrom('$0', '$1', '$2', '$9');

const { word, text, condition } = fc.letrec<{
  text: string;
  argument: string;
  variable: string;
  word: string;
  condition: string;
  list: string;
}>((tie) => ({
  argument: fc
    .array(fc.oneof({ weight: 5, arbitrary: plain }, tie('variable'), backref), { maxLength: 3 })
    .map((parts) => parts.join('').replaceAll(/["'}]/g, '')),
  variable: fc.oneof(
    { maxDepth: 3 },
    variableName.map((name) => `%{${name}}`),
    fc.tuple(identifier, tie('argument')).map(([name, argument]) => `%{${name}:${argument}}`),
  ),
  text: fc
    .array(fc.oneof({ weight: 5, arbitrary: plain }, tie('variable'), backref), { maxLength: 4 })
    .map((parts) => parts.join('')),
  word: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom('1', '-5', '007', '"a"', "'abc'", '""', '"10"'),
    tie('text').map((body) => `"${body.replaceAll('"', '')}"`),
    tie('text').map((body) => `'${body.replaceAll("'", '')}'`),
    tie('variable'),
    backref,
    fc.tuple(identifier, tie('word')).map(([name, body]) => `${name}(${body})`),
    fc.tuple(tie('word'), tie('word')).map(([left, right]) => `${left} . ${right}`),
  ),
  list: fc.array(tie('word'), { minLength: 1, maxLength: 3 }).map((items) => `{${items.join(',')}}`),
  condition: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom('true', 'false'),
    fc
      .tuple(
        tie('word'),
        fc.constantFrom('==', '=', '!=', '<', '<=', '>', '>=', '-eq', '-ne', 'lt', 'ge', '-gt', 'le'),
        tie('word'),
      )
      .map((parts) => parts.join(' ')),
    fc
      .tuple(
        tie('word'),
        fc.constantFrom('=~', '!~'),
        fc.constantFrom(
          '/a/',
          '/(a)(b)?/',
          'm#(B.*)#i',
          '/^(.)(.)/',
          'm|^/app/(\\d+)|',
          '/(/',
          'm!x!',
          '/\\w+$/',
          '/()/',
        ),
      )
      .map((parts) => parts.join(' ')),
    fc.tuple(tie('word'), fc.constantFrom('-in', 'in'), tie('list')).map((parts) => parts.join(' ')),
    fc
      .tuple(fc.constantFrom('-n', '-z', '-T', '-d', '-e', '-f', '-s', '-q'), tie('word'))
      .map((parts) => parts.join(' ')),
    fc
      .tuple(tie('word'), fc.constantFrom('-strmatch', '-fnmatch', '-StrcMatch', '-nomatch'), tie('word'))
      .map((parts) => parts.join(' ')),
    fc
      .tuple(tie('word'), fc.constantFrom("-ipmatch '10.0.0.0/8'", "-ipmatch '127'", "-ipmatch 'x'"))
      .map((parts) => parts.join(' ')),
    tie('condition').map((inner) => `!${inner}`),
    tie('condition').map((inner) => `not ${inner}`),
    tie('condition').map((inner) => `(${inner})`),
    fc
      .tuple(tie('condition'), fc.constantFrom('&&', '||', 'and', 'or'), tie('condition'))
      .map((parts) => parts.join(' ')),
  ),
}));

/** A well-formed condition, or one in which something was put in, left out or doubled. */
export const randomCondition = damaged(condition);
export const randomString = damaged(text);
export const randomWord = word;

function damaged(source: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const damage = fc.option(
    fc.tuple(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.constantFrom(
        '',
        ' ',
        '"',
        "'",
        '}',
        '%{',
        '(',
        ')',
        '!',
        '\\',
        '.',
        ',',
        '$1',
        '/',
        'a',
        '-',
        '\n',
        '=',
        '&',
        '{',
        '8',
        ':',
      ),
    ),
    { freq: 3 },
  );
  return fc.tuple(source, damage).map(([expression, change]) => {
    if (change === null) return expression;
    const at = Math.floor(change[0] * expression.length);
    return expression.slice(0, at) + change[1] + expression.slice(change[1] === '' ? at + 1 : at);
  });
}
