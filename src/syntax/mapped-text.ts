import { isBlank, skipBlanks } from '../../grammar/config/logical-line.ts';
import type { FileId, Span } from '../source/source.ts';
import type { TextPiece } from './tree.ts';

/** A logical line as httpd sees it, with the way back to the bytes it came from. */
export interface MappedText {
  readonly text: string;
  readonly pieces: readonly TextPiece[];
}

/** A whole logical line. */
export interface LogicalLine extends MappedText {
  /** From its first character to its last one, on its last physical line. */
  readonly span: Span;
}

const BACKSLASH = 92;
const CR = 13;

/**
 * The logical line between two offsets, joined and trimmed: continuations removed, NULs cutting their physical line.
 *
 * @param end what `logicalLineEnd` gave for `start`
 */
export function joinLine(file: FileId, text: string, start: number, end: number): LogicalLine {
  const from = skipBlanks(text, start, end);
  let to = end;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  const line = text.slice(from, to);
  const span = { file, start: from, end: to };
  // trimming may have crossed line feeds, which only continuations can hold
  if (!line.includes('\0') && !text.slice(start, end).includes('\n'))
    return { text: line, pieces: [{ at: 0, span }], span };
  const joined = trim(joinPhysicalLines(file, text, start, end));
  const lastLine = text.lastIndexOf('\n', end - 1) + 1;
  const first = spanWithin(joined, 0, 0).start;
  return { ...joined, span: { file, start: first, end: Math.max(to, lastLine, first) } };
}

/** The part of a mapped text from `from` up to `to`, mapped as before. */
export function sliceMapped(mapped: MappedText, from: number, to = mapped.text.length): MappedText {
  const pieces: TextPiece[] = [];
  mapped.pieces.forEach((piece, i) => {
    const end = mapped.pieces[i + 1]?.at ?? mapped.text.length;
    if (end <= from || piece.at >= to) return;
    const isLiteral = end - piece.at === piece.span.end - piece.span.start;
    const cutStart = Math.max(from - piece.at, 0);
    const cutEnd = Math.max(end - to, 0);
    const span = isLiteral
      ? { ...piece.span, start: piece.span.start + cutStart, end: piece.span.end - cutEnd }
      : piece.span;
    pieces.push({ at: Math.max(piece.at - from, 0), span });
  });
  if (pieces.length === 0) pieces.push({ at: 0, span: spanWithin(mapped, from, from) });
  return { text: mapped.text.slice(from, to), pieces };
}

/** Where the text from `from` up to `to` was written. A `${VAR}` counts as a whole. */
export function spanWithin(mapped: MappedText, from: number, to: number): Span {
  const { pieces } = mapped;
  const only = pieces[0];
  if (only === undefined) throw new RangeError('a mapped text has at least one piece');
  if (pieces.length === 1 && only.span.end - only.span.start === mapped.text.length) {
    return { file: only.span.file, start: only.span.start + from, end: only.span.start + to };
  }
  const first = pieceAt(pieces, from);
  const last = pieceAt(pieces, Math.max(from, to - 1));
  const start = offsetIn(mapped, first, from, false);
  return { file: only.span.file, start, end: Math.max(start, offsetIn(mapped, last, to, true)) };
}

function joinPhysicalLines(file: FileId, text: string, start: number, end: number): MappedText {
  const pieces: TextPiece[] = [];
  let joined = '';
  for (let at = start; at <= end;) {
    const lineFeed = text.indexOf('\n', at);
    const physicalEnd = lineFeed < 0 || lineFeed > end ? end : lineFeed;
    const isContinued = physicalEnd < end;
    let stop = physicalEnd;
    if (isContinued) {
      if (stop > at && text.charCodeAt(stop - 1) === CR) stop--;
      if (stop > at)
        stop--; // the backslash
      else joined = dropLast(joined, pieces);
    }
    const nul = text.slice(at, stop).indexOf('\0');
    if (nul >= 0) stop = at + nul;
    if (stop > at || pieces.length === 0)
      pieces.push({ at: joined.length, span: { file, start: at, end: stop } });
    joined += text.slice(at, stop);
    at = physicalEnd + 1;
  }
  return { text: joined, pieces };
}

/** Removes the backslash that an earlier physical line left at the end, and that an empty one turned into a continuation. */
function dropLast(joined: string, pieces: TextPiece[]): string {
  const piece = pieces.at(-1);
  if (piece === undefined || joined.charCodeAt(joined.length - 1) !== BACKSLASH) return joined;
  pieces[pieces.length - 1] = { at: piece.at, span: { ...piece.span, end: piece.span.end - 1 } };
  return joined.slice(0, -1);
}

function trim(mapped: MappedText): MappedText {
  const { text } = mapped;
  const from = skipBlanks(text, 0, text.length);
  let to = text.length;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return from === 0 && to === text.length ? mapped : sliceMapped(mapped, from, to);
}

function pieceAt(pieces: readonly TextPiece[], at: number): number {
  let found = 0;
  for (let i = 1; i < pieces.length && pieces[i]!.at <= at; i++) found = i;
  return found;
}

function offsetIn(mapped: MappedText, index: number, at: number, isEnd: boolean): number {
  const { at: start, span } = mapped.pieces[index]!;
  const length = (mapped.pieces[index + 1]?.at ?? mapped.text.length) - start;
  if (length === span.end - span.start) return span.start + Math.min(at - start, length);
  return isEnd ? span.end : span.start;
}
