import { describe, expect, test } from 'vitest';
import type { ArgShape, CatalogueRow } from '../../grammar/catalogue/types.ts';
import { checkShape, iteratedWords } from '../../src/syntax/arg-shape.ts';
import { lineNode } from '../../src/syntax/line-node.ts';
import { joinLine } from '../../src/syntax/mapped-text.ts';
import type { DirectiveNode } from '../../src/syntax/tree.ts';

function directive(text: string): DirectiveNode {
  return lineNode(joinLine(0, text, 0, text.length)) as DirectiveNode;
}

function check(shape: ArgShape, args: string) {
  const row: CatalogueRow = { name: 'Name', shape, server: true, directory: true, override: [] };
  return checkShape(row, directive(`name ${args}`));
}

describe('argument shapes', () => {
  test.each<[ArgShape, string[], string[], string]>([
    ['NO_ARGS', [''], ['a', '""'], 'takes no arguments'],
    ['TAKE1', ['a', '"a b"'], ['', '""', 'a b', 'a ""'], 'takes one argument'],
    ['TAKE2', ['a b'], ['', 'a', 'a ""', 'a b c'], 'takes two arguments'],
    ['TAKE12', ['a', 'a b', 'a ""'], ['', '""', 'a b c'], 'takes 1-2 arguments'],
    ['TAKE3', ['a b c'], ['a b', 'a b ""', 'a b c d'], 'takes three arguments'],
    ['TAKE23', ['a b', 'a b c', 'a b ""'], ['a', 'a b c d'], 'takes two or three arguments'],
    ['TAKE123', ['a', 'a b', 'a b c'], ['', 'a b c d'], 'takes one, two or three arguments'],
    ['TAKE13', ['a', 'a b c'], ['', 'a b', 'a b c d'], 'takes one or three arguments'],
    ['ITERATE', ['a', 'a b c', 'a "" b'], ['', '"" a'], 'requires at least one argument'],
    ['ITERATE2', ['a b', 'a b c'], ['', 'a'], 'requires at least two arguments'],
    ['FLAG', ['on', 'OFF', 'On extra'], ['', 'yes', '"" on'], 'must be On or Off'],
    ['RAW_ARGS', ['', 'a b c'], [], ''],
    ['TAKE_ARGV', ['', 'a b c'], [], ''],
  ])('%s', (shape, good, bad, complaint) => {
    for (const args of good) expect(check(shape, args), args).toBeUndefined();
    for (const args of bad) {
      expect(check(shape, args), args).toMatchObject({
        code: 'syntax/argument-count',
        message: `Name ${complaint}`,
      });
    }
  });

  test('point at the arguments, or at the name when there are none', () => {
    expect(check('TAKE1', 'a bc')?.span).toEqual({ file: 0, start: 5, end: 9 });
    expect(check('TAKE1', '')?.span).toEqual({ file: 0, start: 0, end: 4 });
  });

  test('of ITERATE end at the first empty word', () => {
    expect(iteratedWords(directive('name a b "" c').args).map((word) => word.text)).toEqual(['a', 'b']);
  });
});
