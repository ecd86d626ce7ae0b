import type { LogicalLine } from '../syntax/mapped-text.ts';
import { sliceMapped, spanWithin } from '../syntax/mapped-text.ts';
import type { TextPiece } from '../syntax/tree.ts';
import { countBytes, type LoadContext, report, stop } from './context.ts';

/** Longest line after expansion; httpd counts only what is written. */
const MAX_EXPANDED_BYTES = 16 * 1024 * 1024;

/**
 * The line with each `${NAME}` replaced by its value, once: what was put in is not looked at again. A name without a
 * value stays as it is, with a warning unless it holds a colon, as in mod_rewrite's `${map:key}`.
 *
 * @source httpd server/core.c, `ap_resolve_env`
 */
export function expandVariables(ctx: LoadContext, line: LogicalLine): LogicalLine {
  const { text } = line;
  let open = text.indexOf('${');
  if (open < 0) return line;
  const pieces: TextPiece[] = [];
  let expanded = '';
  let copied = 0;
  const copyUpTo = (end: number) => {
    if (end === copied) return;
    const literal = sliceMapped(line, copied, end);
    for (const piece of literal.pieces) pieces.push({ at: expanded.length + piece.at, span: piece.span });
    expanded += literal.text;
    copied = end;
  };
  for (; open >= 0; open = text.indexOf('${', copied)) {
    const close = text.indexOf('}', open + 2);
    if (close < 0) break;
    const name = text.slice(open + 2, close);
    const span = spanWithin(line, open, close + 1);
    const value = lookUp(ctx, name);
    if (value === undefined) {
      if (!name.includes(':')) {
        report(ctx, 'load/variable-undefined', `Config variable \${${name}} is not defined`, span);
      }
      copyUpTo(close + 1);
      continue;
    }
    copyUpTo(open);
    if (expanded.length + value.length > MAX_EXPANDED_BYTES) {
      report(
        ctx,
        'load/too-large',
        `\${${name}} makes the line longer than ${MAX_EXPANDED_BYTES} bytes`,
        span,
      );
      stop(ctx);
      break;
    }
    pieces.push({ at: expanded.length, span });
    expanded += value;
    countBytes(ctx, value.length, span);
    copied = close + 1;
  }
  copyUpTo(text.length);
  if (pieces.length === 0) pieces.push({ at: 0, span: line.span });
  return { text: expanded, pieces, span: line.span };
}

function lookUp(ctx: LoadContext, name: string): string | undefined {
  return ctx.variables.get(name.toLowerCase()) ?? ctx.env.get(name);
}
