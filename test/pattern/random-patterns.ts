import * as fc from 'fast-check';

const atom = fc.constantFrom(
  ...[
    'a',
    'b',
    'c',
    'A',
    '/',
    '.',
    '\\w',
    '\\d',
    '\\s',
    '\\W',
    '[ab]',
    '[^a]',
    '[a-c]',
    '[[:alpha:]]',
    '[[:^upper:]]',
  ],
  ...[
    '[]a]',
    '[^]b]',
    '\\.',
    '\\h',
    '\\v',
    '\\R',
    '\\x41',
    '\\x{62}',
    '\\101',
    '\\Qa.\\E',
    '(?i)',
    '(?-i)',
    '(?s)',
  ],
  ...[
    '(?-s)',
    '(?m)',
    '(?x) ',
    '^',
    '$',
    '\\A',
    '\\Z',
    '\\z',
    '\\b',
    '\\B',
    '\\G',
    '\\K',
    '\\1',
    '\\2',
    '(?#c)',
  ],
  ...[
    '\xe9',
    '\xc9',
    '1',
    '\n',
    ' ',
    '#',
    '\\p{L}',
    '\\P{Lu}',
    '[\\d-]',
    '\\k<n>',
    '(?P=n)',
    '\\cA',
    '\\e',
    'x{2}',
  ],
  ...[
    '[[:<:]]',
    '[[:>:]]',
    '[a\\Q-\\Ec]',
    '\\o{101}',
    '\\07',
    '\\8',
    '[\\p{Lu}x]',
    '[\\b\\n]',
    '[a-\\d]',
    '{',
    '}',
  ],
);
const quantifier = fc.constantFrom(
  ...['*', '+', '?', '{2}', '{1,2}', '{0,1}', '{2,}', '{,2}', '*?', '+?', '??', '*+', '++', '?+'],
  ...['{1,3}+', '{1,3}?', '{0}'],
);
const opening = fc.constantFrom(
  ...[
    '(',
    '(',
    '(',
    '(?:',
    '(?:',
    '(?>',
    '(?=',
    '(?!',
    '(?<=',
    '(?<!',
    '(?|',
    '(?<n>',
    '(?i:',
    '(?-i:',
    '(?m-s:',
  ],
  ...['(?P<m>', "(?'n'", '(?x:', '(?n)('],
);

const { sequence } = fc.letrec<{ item: string; group: string; sequence: string }>((tie) => ({
  group: fc
    .tuple(opening, tie('sequence'), fc.option(tie('sequence'), { freq: 3 }))
    .map(([open, first, second]) => `${open}${first}${second === null ? '' : `|${second}`})`),
  item: fc
    .tuple(
      fc.oneof({ maxDepth: 3 }, { weight: 3, arbitrary: atom }, { weight: 1, arbitrary: tie('group') }),
      fc.option(quantifier, { freq: 2, nil: '' }),
    )
    .map((parts) => parts.join('')),
  sequence: fc
    .tuple(fc.array(tie('item'), { maxLength: 3 }), fc.constantFrom('', '', '', '|', '|a'))
    .map(([items, tail]) => items.join('') + tail),
}));

/** A pattern of PCRE2, now and then with a character put in or left out. */
export const randomPattern = fc
  .tuple(
    sequence,
    fc.option(
      fc.tuple(
        fc.nat(),
        fc.constantFrom('', '(', ')', '[', ']', '{', '}', '\\', '?', '*', '-', '^', '|', '0'),
      ),
    ),
  )
  .map(([pattern, damage]) => {
    if (damage === null || damage[0] % 5 !== 0) return pattern;
    const at = damage[0] % (pattern.length + 1);
    return pattern.slice(0, at) + damage[1] + pattern.slice(damage[1] === '' ? at + 1 : at);
  });

export const randomSubject = fc
  .array(
    fc.constantFrom(
      'a',
      'a',
      'b',
      'b',
      'c',
      'A',
      'B',
      '/',
      '1',
      ' ',
      '\n',
      '.',
      '\xe9',
      '\xc9',
      '\x85',
      '_',
      '-',
      '\r',
      ']',
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((chars) => chars.join(''));
