import type { ArgShape, CatalogueRow } from '../../grammar/catalogue/types.ts';
import { diagnostic } from '../diagnostics/codes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { DirectiveNode, SectionNode, Word } from './tree.ts';

/** What follows the directive's name in httpd's message, for shapes that have a fixed one. */
const COMPLAINTS: Readonly<Record<Exclude<ArgShape, 'RAW_ARGS' | 'TAKE_ARGV'>, string>> = {
  NO_ARGS: 'takes no arguments',
  TAKE1: 'takes one argument',
  TAKE2: 'takes two arguments',
  TAKE12: 'takes 1-2 arguments',
  TAKE3: 'takes three arguments',
  TAKE23: 'takes two or three arguments',
  TAKE123: 'takes one, two or three arguments',
  TAKE13: 'takes one or three arguments',
  ITERATE: 'requires at least one argument',
  ITERATE2: 'requires at least two arguments',
  FLAG: 'must be On or Off',
};

/**
 * The error for arguments that do not fit a directive's shape, or undefined when they do.
 *
 * An empty word counts as missing where a word is required, and extra words after a flag are ignored, as in httpd.
 *
 * @source httpd server/config.c, `invoke_cmd`
 */
export function checkShape(
  row: CatalogueRow,
  node: Pick<DirectiveNode | SectionNode, 'args' | 'name'>,
): Diagnostic | undefined {
  const { shape } = row;
  if (shape === 'RAW_ARGS' || shape === 'TAKE_ARGV' || fits(shape, node.args)) return undefined;
  const first = node.args[0];
  const last = node.args.at(-1);
  const span =
    first === undefined || last === undefined
      ? node.name.span
      : { file: first.span.file, start: first.span.start, end: Math.max(first.span.end, last.span.end) };
  return diagnostic('syntax/argument-count', `${row.name} ${COMPLAINTS[shape]}`, span);
}

/** The words that an ITERATE directive is called with: up to the first empty one. */
export function iteratedWords(words: readonly Word[]): readonly Word[] {
  const end = words.findIndex((word) => word.text === '');
  return end < 0 ? words : words.slice(0, end);
}

function fits(shape: Exclude<ArgShape, 'RAW_ARGS' | 'TAKE_ARGV'>, args: readonly Word[]): boolean {
  const count = args.length;
  const isFilled = (index: number) => args[index] !== undefined && args[index].text !== '';
  switch (shape) {
    case 'NO_ARGS':
      return count === 0;
    case 'TAKE1':
      return count === 1 && isFilled(0);
    case 'TAKE2':
      return count === 2 && isFilled(0) && isFilled(1);
    case 'TAKE12':
      return count <= 2 && isFilled(0);
    case 'TAKE3':
      return count === 3 && isFilled(0) && isFilled(1) && isFilled(2);
    case 'TAKE23':
      return (count === 2 || count === 3) && isFilled(0) && isFilled(1);
    case 'TAKE123':
      return count <= 3 && isFilled(0);
    case 'TAKE13':
      return isFilled(0) && (count === 3 || count === 1 || (count === 2 && !isFilled(1)));
    case 'ITERATE':
      return isFilled(0);
    case 'ITERATE2':
      return isFilled(0) && count >= 2;
    case 'FLAG':
      return isFilled(0) && /^(on|off)$/i.test(args[0]!.text);
  }
}
