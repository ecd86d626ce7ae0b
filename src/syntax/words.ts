import { closingQuote, isBlank, skipBlanks } from '../../grammar/config/logical-line.ts';
import { type MappedText, spanWithin } from './mapped-text.ts';
import type { Word } from './tree.ts';

/** A word cut from a line, in offsets of that line's text. */
export interface RawWord {
  /** Quotes removed, escapes resolved. */
  readonly text: string;
  readonly start: number;
  /** Just past the closing quote or the last character. */
  readonly end: number;
  /** Where the rest of the line starts, white space skipped. */
  readonly next: number;
  readonly quote: '"' | "'" | undefined;
  /** The closing quote is missing. */
  readonly isOpen: boolean;
}

const BACKSLASH = 92;

/**
 * The first word from `from` on, or undefined at the end of the line.
 *
 * @source httpd server/util.c, `ap_getword_conf`
 */
export function nextWord(text: string, from: number): RawWord | undefined {
  const length = text.length;
  const start = skipBlanks(text, from, length);
  if (start >= length) return undefined;
  const first = text.charCodeAt(start);
  if (first === 34 || first === 39) {
    const close = closingQuote(text, start, length);
    const isOpen = close < 0;
    const end = isOpen ? length : close + 1;
    const quote = first === 34 ? '"' : "'";
    const inside = unescapeWord(text.slice(start + 1, isOpen ? length : close), quote);
    return { text: inside, start, end, next: skipBlanks(text, end, length), quote, isOpen };
  }
  let end = start;
  while (end < length && !isBlank(text.charCodeAt(end))) end++;
  const word = unescapeWord(text.slice(start, end), undefined);
  return { text: word, start, end, next: skipBlanks(text, end, length), quote: undefined, isOpen: false };
}

/** All words of a line from `from` on, each with its place in the file. */
export function splitWords(mapped: MappedText, from = 0): Word[] {
  const words: Word[] = [];
  for (let raw = nextWord(mapped.text, from); raw !== undefined; raw = nextWord(mapped.text, raw.next)) {
    words.push(placeWord(mapped, raw));
  }
  return words;
}

export function placeWord(mapped: MappedText, raw: RawWord): Word {
  const span = spanWithin(mapped, raw.start, raw.end);
  if (raw.quote === undefined) return { text: raw.text, span };
  return raw.isOpen
    ? { text: raw.text, span, quote: raw.quote, isOpen: true }
    : { text: raw.text, span, quote: raw.quote };
}

/** Writes a text as one word of a directive line: quoted when it needs to be. */
export function quoteWord(text: string): string {
  if (text !== '' && !/[\s"'\\]/.test(text)) return text;
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** `\\` stands for a backslash, and a backslash before the quote for the quote; any other backslash for itself. */
function unescapeWord(inside: string, quote: string | undefined): string {
  if (!inside.includes('\\')) return inside;
  let result = '';
  for (let i = 0; i < inside.length; i++) {
    if (inside.charCodeAt(i) === BACKSLASH) {
      const next = inside[i + 1];
      if (next === '\\' || (quote !== undefined && next === quote)) i++;
    }
    result += inside[i];
  }
  return result;
}
