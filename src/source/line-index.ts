import type { FileId, Position, SourceFile, SourceSet, Span } from './source.ts';

/** Where the lines of one text start; made once for a file, on the first question about it. */
export class LineIndex {
  readonly #text: string;
  readonly #starts: number[];

  constructor(text: string) {
    this.#text = text;
    this.#starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  /** The line that holds `offset`, counted from 1. */
  lineAt(offset: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }

  /** Offset of the first character of a line, counted from 1. */
  lineStart(line: number): number {
    return this.#starts[line - 1] ?? this.#text.length;
  }

  /** The bytes of a line without its line end. */
  lineText(line: number): string {
    const start = this.lineStart(line);
    const end = this.#text.indexOf('\n', start);
    return this.#text.slice(start, end < 0 ? this.#text.length : end).replace(/\r$/, '');
  }

  /** The column of `offset` in characters of UTF-8, counted from 1. */
  columnAt(offset: number): number {
    return countCharacters(this.#text.slice(this.lineStart(this.lineAt(offset)), offset)) + 1;
  }
}

/** Number of UTF-8 characters in a latin1 byte string: its bytes but those that continue a character. */
export function countCharacters(bytes: string): number {
  let count = 0;
  for (let i = 0; i < bytes.length; i++) {
    if ((bytes.charCodeAt(i) & 0xc0) !== 0x80) count++;
  }
  return count;
}

const indexes = new WeakMap<SourceFile, LineIndex>();

export function lineIndexOf(file: SourceFile): LineIndex {
  let index = indexes.get(file);
  if (index === undefined) indexes.set(file, (index = new LineIndex(file.text)));
  return index;
}

/** The file that a span lies in. Throws when the span is of another load. */
export function fileOf(sources: SourceSet, id: FileId): SourceFile {
  const file = sources.files[id];
  if (file === undefined) throw new RangeError(`no file ${id} in this set of sources`);
  return file;
}

/**
 * Path, line and column of a span's start, as a person looks for it: a place in the expansion of a macro is given as
 * the line of the macro's definition that it comes from.
 */
export function positionOf(sources: SourceSet, span: Span): Position {
  const written = definitionOf(sources, span);
  const file = fileOf(sources, written.file);
  const index = lineIndexOf(file);
  return { path: file.path, line: index.lineAt(written.start), column: index.columnAt(written.start) };
}

/** The span itself, or the whole line of a macro's definition when it lies in an expansion. */
export function definitionOf(sources: SourceSet, span: Span): Span {
  let written = span;
  // a macro may be defined in the expansion of another one, each opened later than the one before
  for (
    let file = fileOf(sources, written.file);
    file.macro !== undefined;
    file = fileOf(sources, written.file)
  ) {
    const line = lineIndexOf(file).lineAt(written.start);
    written = file.macro.lines[line - 1] ?? file.macro.defined;
  }
  return written;
}

/** Text of a span as it stands in its file. */
export function textOf(sources: SourceSet, span: Span): string {
  return fileOf(sources, span.file).text.slice(span.start, span.end);
}
