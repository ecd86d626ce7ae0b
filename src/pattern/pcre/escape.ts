import {
  ANY_BYTE,
  DIGITS,
  HORIZONTAL_SPACES,
  NOT_NEWLINE,
  SPACES,
  VERTICAL_SPACES,
  WORD_BYTES,
  bytesWhere,
  invert,
} from './byte-set.ts';
import type { ByteSet } from './byte-set.ts';
import { PcreSyntaxError } from './node.ts';
import type { Anchor } from './node.ts';

/** A place in the pattern that reading moves forward. */
export interface Cursor {
  readonly text: string;
  at: number;
}

/** What one escape sequence stands for. */
export type Escape =
  | { readonly type: 'byte'; readonly byte: number }
  | { readonly type: 'set'; readonly set: ByteSet }
  | { readonly type: 'assert'; readonly at: Anchor }
  | { readonly type: 'group'; readonly group: GroupReference }
  | { readonly type: 'newlineSequence' }
  | { readonly type: 'keep' }
  | { readonly type: 'quote' }
  | { readonly type: 'unquote' };

export type GroupReference =
  { readonly number: number; readonly relative: boolean } | { readonly name: string };

const CONTROL_ESCAPES = new Map([
  ['a', 0x07],
  ['e', 0x1b],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
]);

const SET_ESCAPES = new Map<string, ByteSet>([
  ['d', DIGITS],
  ['D', invert(DIGITS)],
  ['s', SPACES],
  ['S', invert(SPACES)],
  ['w', WORD_BYTES],
  ['W', invert(WORD_BYTES)],
  ['h', HORIZONTAL_SPACES],
  ['H', invert(HORIZONTAL_SPACES)],
  ['v', VERTICAL_SPACES],
  ['V', invert(VERTICAL_SPACES)],
]);

const ANCHOR_ESCAPES = new Map<string, Anchor>([
  ['A', 'start'],
  // Matching always begins at the subject's first byte, so the first match position is its start.
  ['G', 'start'],
  ['Z', 'endOrFinalNewline'],
  ['z', 'end'],
  ['b', 'wordBoundary'],
  ['B', 'notWordBoundary'],
]);

/**
 * Reads the escape sequence whose backslash stands at the cursor, and moves past it.
 *
 * @param groupsSoFar capture groups opened before this place: decides whether `\12` is octal
 * @throws PcreSyntaxError
 */
export function readEscape(cursor: Cursor, inClass: boolean, groupsSoFar: number): Escape {
  const start = cursor.at;
  const letter = cursor.text[++cursor.at];
  if (letter === undefined) throw new PcreSyntaxError('\\ at end of pattern', cursor.at);
  cursor.at++;
  if (!/[0-9A-Za-z]/.test(letter)) return { type: 'byte', byte: letter.charCodeAt(0) };
  if (letter === 'Q') return { type: 'quote' };
  if (letter === 'E') return { type: 'unquote' };
  const control = CONTROL_ESCAPES.get(letter);
  if (control !== undefined) return { type: 'byte', byte: control };
  const set = SET_ESCAPES.get(letter);
  if (set !== undefined) return { type: 'set', set };
  switch (letter) {
    case 'c':
      return { type: 'byte', byte: readControl(cursor) };
    case 'o':
      return { type: 'byte', byte: readBracedNumber(cursor, 8, '\\o is not followed by {') };
    case 'x':
      return { type: 'byte', byte: readHex(cursor) };
    case 'p':
    case 'P':
      return { type: 'set', set: readProperty(cursor, letter === 'P') };
    case 'L':
    case 'l':
    case 'N':
    case 'U':
    case 'u':
      return readPerlOnly(cursor, letter, inClass);
    default:
      if (letter >= '0' && letter <= '9') return readDigits(cursor, letter, inClass, groupsSoFar);
      return inClass ? readClassLetter(letter, start) : readOutsideLetter(cursor, letter, start);
  }
}

function readPerlOnly(cursor: Cursor, letter: string, inClass: boolean): Escape {
  if (letter !== 'N') throw new PcreSyntaxError(`\\${letter} is not supported`, cursor.at);
  if (inClass) throw new PcreSyntaxError('\\N is not supported in a class', cursor.at);
  if (
    cursor.text[cursor.at] === '{' &&
    !/^\{\d+(?:,\d*)?\}/.test(cursor.text.slice(cursor.at, cursor.at + 16))
  ) {
    throw new PcreSyntaxError('\\N{name} is not supported', cursor.at);
  }
  return { type: 'set', set: NOT_NEWLINE };
}

function readClassLetter(letter: string, start: number): Escape {
  if (letter === 'b') return { type: 'byte', byte: 0x08 };
  // PCRE2 takes \g in a class as the letter.
  if (letter === 'g') return { type: 'byte', byte: 0x67 };
  throw new PcreSyntaxError(`escape sequence \\${letter} is invalid in a character class`, start + 1);
}

function readOutsideLetter(cursor: Cursor, letter: string, start: number): Escape {
  const at = ANCHOR_ESCAPES.get(letter);
  if (at !== undefined) return { type: 'assert', at };
  switch (letter) {
    case 'C':
      return { type: 'set', set: ANY_BYTE };
    case 'K':
      return { type: 'keep' };
    case 'R':
      return { type: 'newlineSequence' };
    case 'g':
      return { type: 'group', group: readGroupReference(cursor) };
    case 'k':
      return { type: 'group', group: readNamedReference(cursor) };
    case 'X':
      throw new PcreSyntaxError('\\X is not supported', start, 'unsupported');
    default:
      throw new PcreSyntaxError(`unrecognised escape sequence \\${letter}`, start + 1);
  }
}

function readControl(cursor: Cursor): number {
  const code = cursor.text.charCodeAt(cursor.at);
  if (Number.isNaN(code)) throw new PcreSyntaxError('\\c at end of pattern', cursor.at);
  if (code < 0x20 || code > 0x7e) {
    throw new PcreSyntaxError('\\c must be followed by a printable ASCII character', cursor.at);
  }
  cursor.at++;
  return (code >= 0x61 && code <= 0x7a ? code - 32 : code) ^ 0x40;
}

function readHex(cursor: Cursor): number {
  if (cursor.text[cursor.at] === '{') return readBracedNumber(cursor, 16, '');
  const digits = /^[0-9A-Fa-f]{0,2}/.exec(cursor.text.slice(cursor.at, cursor.at + 2))![0];
  cursor.at += digits.length;
  return digits === '' ? 0 : Number.parseInt(digits, 16);
}

function readBracedNumber(cursor: Cursor, radix: 8 | 16, missingBrace: string): number {
  if (cursor.text[cursor.at] !== '{') throw new PcreSyntaxError(missingBrace, cursor.at);
  const isDigit = radix === 8 ? /[0-7]/ : /[0-9A-Fa-f]/;
  let at = cursor.at + 1;
  let value = 0;
  for (; isDigit.test(cursor.text[at] ?? ''); at++) {
    value = value * radix + Number.parseInt(cursor.text[at]!, radix);
    if (value > 0xff) throw new PcreSyntaxError('character code point value is too large', at);
  }
  if (at === cursor.at + 1 && cursor.text[at] === '}') {
    throw new PcreSyntaxError('digits missing between braces', at);
  }
  if (cursor.text[at] !== '}') {
    throw new PcreSyntaxError(
      `${radix === 8 ? 'non-octal' : 'non-hex'} character, or closing brace missing`,
      at,
    );
  }
  cursor.at = at + 1;
  return value;
}

/** A back reference, an octal code or, for 8 and 9 where no reference is possible, the digit itself. */
function readDigits(cursor: Cursor, first: string, inClass: boolean, groupsSoFar: number): Escape {
  const from = cursor.at - 1;
  if (!inClass && first !== '0') {
    const digits = /^\d+/.exec(cursor.text.slice(from))![0];
    const number = Number(digits);
    if (number < 10 || first >= '8' || number <= groupsSoFar) {
      cursor.at = from + digits.length;
      if (number > 65535) throw new PcreSyntaxError('number is too big', cursor.at);
      return { type: 'group', group: { number, relative: false } };
    }
  }
  if (first >= '8') return { type: 'byte', byte: first.charCodeAt(0) };
  const octal = /^[0-7]{1,3}/.exec(cursor.text.slice(from, from + 3))![0];
  cursor.at = from + octal.length;
  const byte = Number.parseInt(octal, 8);
  if (byte > 0xff) throw new PcreSyntaxError('octal value is greater than \\377', cursor.at);
  return { type: 'byte', byte };
}

/** Reads what follows `\g`. */
function readGroupReference(cursor: Cursor): GroupReference {
  const rest = cursor.text.slice(cursor.at);
  if (/^[<']/.test(rest)) {
    throw new PcreSyntaxError('subroutine calls are not supported', cursor.at, 'unsupported');
  }
  const braced = rest.startsWith('{');
  const number = /^\{?([+-]?)(\d+)/.exec(rest);
  if (number === null) {
    if (braced) return readNamedReference(cursor);
    throw new PcreSyntaxError('\\g is not followed by a name or number', cursor.at);
  }
  cursor.at += number[0].length;
  if (braced) {
    if (cursor.text[cursor.at] !== '}')
      throw new PcreSyntaxError('closing brace missing after \\g{', cursor.at);
    cursor.at++;
  }
  const size = Number(number[2]);
  if (size > 65535) throw new PcreSyntaxError('number is too big', cursor.at);
  if (number[1] === '') return { number: size, relative: false };
  if (size === 0) throw new PcreSyntaxError('a relative reference of zero is not allowed', cursor.at);
  return { number: number[1] === '-' ? -size : size, relative: true };
}

/** Reads `{name}`, `<name>` or `'name'`. */
function readNamedReference(cursor: Cursor): GroupReference {
  const open = cursor.text[cursor.at] ?? '';
  const close = { '{': '}', '<': '>', "'": "'" }[open];
  if (close === undefined) {
    throw new PcreSyntaxError('\\k is not followed by a braced, angle-bracketed or quoted name', cursor.at);
  }
  cursor.at++;
  return { name: readGroupName(cursor, close) };
}

/** Reads a group's name up to and including its terminator. */
export function readGroupName(cursor: Cursor, terminator: string): string {
  const start = cursor.at;
  const first = cursor.text[start] ?? '';
  if (/[0-9]/.test(first)) throw new PcreSyntaxError('group name must not begin with a digit', start);
  let at = start;
  while (/\w/.test(cursor.text[at] ?? '')) at++;
  if (at === start) throw new PcreSyntaxError('group name expected', start);
  if (at - start > 32) throw new PcreSyntaxError('group name is longer than 32 characters', at);
  if (cursor.text[at] !== terminator) {
    throw new PcreSyntaxError('syntax error in group name (terminator missing?)', at);
  }
  cursor.at = at + 1;
  return cursor.text.slice(start, at);
}

const GENERAL_CATEGORY = /^(?:C[cfnos]?|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?)$/;

/** The bytes that have a Unicode general category, read as Latin-1. */
function readProperty(cursor: Cursor, isNegative: boolean): ByteSet {
  const match = /^(?:\{(\^?)([^}]*)\}|([A-Za-z]))/.exec(cursor.text.slice(cursor.at));
  if (match === null) throw new PcreSyntaxError('malformed \\p or \\P sequence', cursor.at);
  const start = cursor.at;
  cursor.at += match[0].length;
  const name = (match[2] ?? match[3] ?? '').replaceAll(/[-_ ]/g, '');
  const negated = isNegative !== (match[1] === '^');
  let set: ByteSet;
  if (name.toLowerCase() === 'any') {
    set = ANY_BYTE;
  } else if (GENERAL_CATEGORY.test(name)) {
    const test = new RegExp(`^\\p{${name}}$`, 'u');
    set = bytesWhere((byte) => test.test(String.fromCharCode(byte)));
  } else {
    throw new PcreSyntaxError(`property "${name}" is not supported`, start, 'unsupported');
  }
  return negated ? invert(set) : set;
}
