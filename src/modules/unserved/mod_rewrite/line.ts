import type { DirectiveNode, Word } from '../../../syntax/tree.ts';
import type { BindContext } from '../../module.ts';

/** The up to three words of a `RewriteRule` or `RewriteCond` line, with the offsets of their texts. */
export interface RewriteLine {
  readonly words: readonly { readonly start: number; readonly end: number }[];
}

const SPACE = /[ \t\n\v\f\r]/;

/**
 * Splits a line by mod_rewrite's own rule: a quote runs to the next same quote, whatever stands before it; outside
 * of quotes a backslash keeps the white space after it. What follows the third word is nobody's.
 *
 * @returns undefined when the first word has no end, so that there is no second one
 * @source httpd modules/mappers/mod_rewrite.c `parseargline`
 */
export function splitRewriteLine(text: string): RewriteLine | undefined {
  const words: { start: number; end: number }[] = [];
  let at = 0;
  while (words.length < 3) {
    while (at < text.length && SPACE.test(text[at]!)) at++;
    if (at >= text.length && words.length > 0) break;
    const quote = text[at] === '"' || text[at] === "'" ? text[at++] : undefined;
    const start = at;
    while (at < text.length) {
      const char = text[at]!;
      if (quote === undefined ? SPACE.test(char) : char === quote) break;
      if (char === '\\' && at + 1 < text.length && SPACE.test(text[at + 1]!)) at++;
      at++;
    }
    // The first word of a line must end before the line does.
    if (at >= text.length && words.length === 0) return undefined;
    words.push({ start, end: Math.min(at, text.length) });
    at++;
  }
  // A quoted first word may stand alone: the second one is empty then.
  if (words.length === 1) words.push({ start: text.length, end: text.length });
  return { words };
}

/** The words of a line with their places; reports a line that has too few. */
export function bindRewriteLine(
  ctx: BindContext,
  node: DirectiveNode,
): { readonly first: Word; readonly second: Word; readonly flags: Word | undefined } | undefined {
  const line = splitRewriteLine(node.argsText);
  if (!line) return ctx.error(node, `${node.name.text}: bad argument line '${node.argsText}'`);
  const [first, second, flags] = line.words.map(({ start, end }) => ctx.rawWord(node, start, end));
  return { first: first!, second: second!, flags };
}
