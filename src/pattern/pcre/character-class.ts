import { POSIX_CLASSES, addAll, addOtherCase, invert } from './byte-set.ts';
import type { ByteSet } from './byte-set.ts';
import { readEscape } from './escape.ts';
import type { Cursor } from './escape.ts';
import { PcreSyntaxError } from './node.ts';

export interface ClassOptions {
  readonly caseless: boolean;
  /** `(?xx)`: spaces and tabs in a class are ignored. */
  readonly ignoreBlanks: boolean;
  readonly groupsSoFar: number;
}

/** Where a hyphen would stand: after a byte it may begin a range, after another hyphen the range has begun. */
type RangeState = 'none' | 'possible' | 'started';

/**
 * Reads the bracketed class whose `[` stands at the cursor, and moves past its `]`.
 *
 * @returns the bytes that it matches, its negation and case already applied
 * @throws PcreSyntaxError
 */
export function readCharacterClass(cursor: Cursor, options: ClassOptions): ByteSet {
  const open = cursor.at++;
  const negated = readOpening(cursor, options);
  // Only bytes written out have another case: PCRE2 leaves `\p{Lu}` as it is.
  const set: ByteSet = new Uint8Array(256);
  const classes: ByteSet = new Uint8Array(256);
  let range = 'none' as RangeState;
  let previous = 0;
  let quoted = false;
  let isFirst = true;

  const addByte = (byte: number): void => {
    if (range === 'started') {
      if (byte < previous) throw new PcreSyntaxError('range out of order in character class', cursor.at - 1);
      set.fill(1, previous, byte + 1);
      range = 'none';
    } else {
      set[byte] = 1;
      previous = byte;
      range = 'possible';
    }
  };
  const addClass = (members: ByteSet): void => {
    if (range === 'started') throw new PcreSyntaxError('invalid range in character class', cursor.at);
    const [next, afterNext] = [cursor.text[cursor.at], cursor.text[cursor.at + 1]];
    if (next === '-' && afterNext !== undefined && afterNext !== ']') {
      throw new PcreSyntaxError('invalid range in character class', cursor.at);
    }
    addAll(classes, members);
    range = 'none';
  };

  for (;;) {
    const char = cursor.text[cursor.at];
    if (char === undefined) throw new PcreSyntaxError('missing terminating ] for character class', cursor.at);
    if (quoted) {
      if (cursor.text.startsWith('\\E', cursor.at)) {
        quoted = false;
        cursor.at += 2;
      } else {
        cursor.at++;
        addByte(char.charCodeAt(0));
        isFirst = false;
      }
      continue;
    }
    if (options.ignoreBlanks && (char === ' ' || char === '\t')) {
      cursor.at++;
      continue;
    }
    if (char === ']' && !isFirst) break;
    isFirst = false;
    const posix = char === '[' ? posixTerminator(cursor.text, cursor.at) : undefined;
    if (posix !== undefined) {
      addClass(readPosixClass(cursor, posix, options));
    } else if (char === '\\') {
      const escape = readEscape(cursor, true, options.groupsSoFar);
      if (escape.type === 'byte') addByte(escape.byte);
      else if (escape.type === 'set') addClass(escape.set);
      else quoted = escape.type === 'quote';
    } else {
      cursor.at++;
      if (char === '-' && range === 'possible') range = 'started';
      else addByte(char.charCodeAt(0));
    }
  }
  if (cursor.at === open) throw new PcreSyntaxError('missing terminating ] for character class', open);
  cursor.at++;
  if (range === 'started') set[0x2d] = 1;
  if (options.caseless) addOtherCase(set);
  addAll(set, classes);
  return negated ? invert(set) : set;
}

/** Moves past what may stand before the first member: `^`, empty quotations and, with `(?xx)`, blanks. */
function readOpening(cursor: Cursor, options: ClassOptions): boolean {
  let negated = false;
  for (;;) {
    const { text, at } = cursor;
    if (text.startsWith('\\Q\\E', at)) cursor.at += 4;
    else if (text.startsWith('\\E', at)) cursor.at += 2;
    else if (options.ignoreBlanks && (text[at] === ' ' || text[at] === '\t')) cursor.at++;
    else if (!negated && text[at] === '^') {
      negated = true;
      cursor.at++;
    } else return negated;
  }
}

/**
 * The offset of the `:]`, `.]` or `=]` that ends the POSIX item opening at `at`; `undefined` when `[` there is an
 * ordinary bracket.
 */
export function posixTerminator(text: string, at: number): number | undefined {
  const mark = text[at + 1];
  if (mark !== ':' && mark !== '.' && mark !== '=') return undefined;
  for (let i = at + 2; i < text.length - 1; i++) {
    const [char, next] = [text[i], text[i + 1]];
    if (char === '\\' && (next === ']' || next === '\\')) i++;
    else if ((char === '[' && next === mark) || char === ']') return undefined;
    else if (char === mark && next === ']') return i;
  }
  return undefined;
}

function readPosixClass(cursor: Cursor, end: number, options: ClassOptions): ByteSet {
  const start = cursor.at;
  if (cursor.text[start + 1] !== ':') {
    throw new PcreSyntaxError('POSIX collating elements are not supported', start);
  }
  const written = cursor.text.slice(start + 2, end);
  const negated = written.startsWith('^');
  const name = negated ? written.slice(1) : written;
  const effective = options.caseless && (name === 'lower' || name === 'upper') ? 'alpha' : name;
  const set = POSIX_CLASSES.get(effective);
  if (set === undefined) throw new PcreSyntaxError('unknown POSIX class name', start + 2);
  cursor.at = end + 2;
  return negated ? invert(set) : set;
}
