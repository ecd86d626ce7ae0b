import type { Span } from '../source/source.ts';
import { nextWord } from '../syntax/words.ts';
import { type LoadContext, report } from './context.ts';
import type { LineReader } from './line-reader.ts';

/**
 * Reads over a section whose condition does not hold. Nothing in it is expanded or executed, but sections must match:
 * httpd reports a mismatch at the line that opens the condition.
 *
 * @param name the section's name with its `<`
 * @source httpd server/config.c, `ap_soak_end_container`
 */
export function skipSection(ctx: LoadContext, reader: LineReader, name: string, opener: Span): void {
  const open = [name.slice(1)];
  for (let line = reader.next(); line !== undefined; line = reader.next()) {
    if (line.text[0] !== '<' && line.text[0] !== '"' && line.text[0] !== "'") continue;
    const word = nextWord(line.text, 0)!;
    if (word.text[0] !== '<') continue;
    if (word.text[1] !== '/') {
      const endsHere = word.next === line.text.length && word.text.endsWith('>');
      open.push(word.text.slice(1, endsHere ? -1 : undefined));
      continue;
    }
    // the last character goes unseen, be it a `>` or not
    const seen = word.text.slice(0, -1);
    const closed = seen.slice(2);
    const top = open.at(-1)!;
    if (isSameName(top, closed)) {
      open.pop();
    } else {
      const related = [{ message: `the close tag is here`, span: line.span }];
      report(ctx, 'syntax/wrong-close-tag', `Expected </${top}> but saw ${seen}>`, opener, { related });
      const depth = open.findLastIndex((section) => isSameName(section, closed));
      if (depth >= 0) open.length = depth;
    }
    if (open.length === 0) return;
  }
  if (ctx.isStopped) return;
  report(ctx, 'syntax/section-not-closed', `Expected </${open.at(-1)}> before end of configuration`, opener);
}

function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
