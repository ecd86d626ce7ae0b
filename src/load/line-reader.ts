import { logicalLineEnd } from '../../grammar/config/logical-line.ts';
import type { SourceFile } from '../source/source.ts';
import { joinLine, type LogicalLine } from '../syntax/mapped-text.ts';
import { countLine, type LoadContext, report } from './context.ts';

/**
 * The lines of a file one after the other, with those of a macro's expansion in the place of its `Use`: in httpd too
 * the expansion is read in the stead of the file, so that its sections may reach beyond it.
 */
export class LineReader {
  readonly #ctx: LoadContext;
  readonly #streams: { readonly file: SourceFile; at: number }[];

  constructor(ctx: LoadContext, file: SourceFile) {
    this.#ctx = ctx;
    this.#streams = [{ file, at: 0 }];
  }

  /** Goes on with another text, and comes back to this one at its end. */
  push(file: SourceFile): void {
    this.#streams.push({ file, at: 0 });
  }

  /** The name of the text that is being read; that of an expansion holds those of the macros around it. */
  get name(): string {
    return this.#streams.at(-1)!.file.path;
  }

  /** The next logical line, joined and trimmed; undefined at the end, or when reading was stopped. */
  next(): LogicalLine | undefined {
    while (!this.#ctx.isStopped) {
      const stream = this.#streams.at(-1)!;
      const { id, text } = stream.file;
      const start = stream.at;
      if (start < text.length) {
        const end = logicalLineEnd(text, start);
        stream.at = end + 1;
        if (
          end - start >= this.#ctx.limits.lineBytes &&
          isTooLong(text, start, end, this.#ctx.limits.lineBytes)
        ) {
          report(this.#ctx, 'syntax/line-too-long', 'Line too long', { file: id, start, end });
          this.#ctx.isIncomplete = true;
          continue;
        }
        const line = joinLine(id, text, start, end);
        countLine(this.#ctx, line.span);
        return line;
      }
      if (this.#streams.length === 1) return undefined;
      this.#streams.pop();
    }
    return undefined;
  }
}

/** The limit counts the joined line with its line feed, before it is trimmed. */
function isTooLong(text: string, start: number, end: number, limit: number): boolean {
  const joined = text.slice(start, end).replace(/\\\r?\n/g, '');
  return joined.length + (end < text.length ? 1 : 0) > limit;
}
