import fc from 'fast-check';
import { Lexer } from 'chevrotain';
import { describe, expect, test } from 'vitest';
import { parseConfigText } from '../../grammar/config/index.ts';
import { logicalLineEnd } from '../../grammar/config/logical-line.ts';
import { ConfigParser } from '../../grammar/config/parser.ts';
import { CONFIG_TOKENS } from '../../grammar/config/tokens.ts';

const text = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc
    .array(
      fc.constantFrom(
        '<a',
        '</a>',
        '>',
        '"',
        "'",
        '\\',
        '\\\n',
        '\\\r\n',
        '\n',
        '\r',
        '\0',
        '#',
        ' ',
        '\t',
        'x',
        'ab c',
      ),
      {
        maxLength: 40,
      },
    )
    .map((parts) => parts.join('')),
);

describe('the grammar of configuration files', () => {
  test('passes the validations of its tool', () => {
    expect(() => new ConfigParser(false)).not.toThrow();
    const lexer = new Lexer(CONFIG_TOKENS, { ensureOptimizations: true, positionTracking: 'onlyOffset' });
    expect(lexer.lexerDefinitionErrors).toEqual([]);
  });

  test('uses every token that it does not skip', () => {
    const used = JSON.stringify(Object.values(new ConfigParser(false).getGAstProductions()));
    const tokens = Object.values(CONFIG_TOKENS.modes).flat();
    for (const token of tokens.filter(({ GROUP }) => GROUP !== Lexer.SKIPPED))
      expect(used).toContain(`"${token.name}"`);
  });

  test('is total: every text is a sequence of lines without an error', () => {
    const lexer = new Lexer(CONFIG_TOKENS, { ensureOptimizations: true, positionTracking: 'onlyOffset' });
    const parser = new ConfigParser(false);
    fc.assert(
      fc.property(text, (input) => {
        const { tokens, errors } = lexer.tokenize(input);
        expect(errors).toEqual([]);
        parser.input = tokens;
        parser.config();
        expect(parser.errors).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  test('has one CST line for each logical line that is not blank', () => {
    fc.assert(
      fc.property(text, (input) => {
        const starts = new Set<number>();
        for (let at = 0; at < input.length; at = logicalLineEnd(input, at) + 1)
          starts.add(logicalLineEnd(input, at));
        const lines = parseConfigText(input).children.line ?? [];
        const ends = lines.map(({ children }) => {
          const token =
            children.Comment ?? children.SectionOpen ?? children.SectionClose ?? children.DirectiveName;
          return logicalLineEnd(input, token![0]!.startOffset);
        });
        expect(new Set(ends).size).toBe(ends.length);
        for (const end of ends) expect(starts).toContain(end);
      }),
      { numRuns: 2000 },
    );
  });
});
