import { Lexer } from 'chevrotain';
import { expect, test } from 'vitest';
import { ExprParser } from '../../grammar/expr/parser.ts';
import { exprLexerDefinition, exprTokens } from '../../grammar/expr/tokens.ts';

test('the lexer passes its own validation', () => {
  const lexer = new Lexer(exprLexerDefinition, { positionTracking: 'onlyOffset' });
  expect(lexer.lexerDefinitionErrors).toEqual([]);
});

test('the grammar passes its own validation, and uses every token that is not a mistake', () => {
  const parser = new ExprParser(false);
  const rules = JSON.stringify(parser.getSerializedGastProductions());
  const mistakes = new Set([
    'BadEscape',
    'Jammed',
    'RawNewline',
    'BadNameCharacter',
    'StrayCharacter',
    'UnterminatedRegex',
  ]);
  const unused = exprTokens
    .map(({ name }) => name)
    .filter((name) => !rules.includes(`"name":"${name}"`) && !mistakes.has(name));
  expect(unused).toEqual(['WhiteSpace', 'LoneColon']);
});
