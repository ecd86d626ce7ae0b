import {
  createToken,
  Lexer,
  type CustomPatternMatcherFunc,
  type IMultiModeLexerDefinition,
  type IToken,
} from 'chevrotain';
import { closingQuote, isBlank, logicalLineEnd } from './logical-line.ts';

const LF = 10;
const CR = 13;
const BACKSLASH = 92;

/** White space between words; what a NUL drops up to the line feed; a continuation at the start of a line. */
export const Blank = createToken({ name: 'Blank', pattern: /[ \t\r\v\f]+/, group: Lexer.SKIPPED });
export const NulTail = createToken({ name: 'NulTail', pattern: /\0[^\n]*/, group: Lexer.SKIPPED });
export const Continuation = createToken({
  name: 'Continuation',
  pattern: /\\\r?\n/,
  group: Lexer.SKIPPED,
  line_breaks: true,
});

/** A `#` at the start of a line, with all that follows, continuations too. */
export const Comment = createToken({
  name: 'Comment',
  pattern: custom(matchComment),
  line_breaks: true,
  start_chars_hint: ['#'],
});
/** `</Name>`, `<Name`, or any other first word; quotes are part of the token. */
export const SectionClose = createToken({
  name: 'SectionClose',
  pattern: custom((text, at) => (firstWordStart(text, at).startsWith('</') ? nameEnd(text, at) : at)),
  line_breaks: true,
  start_chars_hint: ['<', '"', "'"],
  push_mode: 'args',
});
export const SectionOpen = createToken({
  name: 'SectionOpen',
  pattern: custom((text, at) => (firstWordStart(text, at).startsWith('<') ? nameEnd(text, at) : at)),
  line_breaks: true,
  start_chars_hint: ['<', '"', "'"],
  push_mode: 'args',
});
export const DirectiveName = createToken({
  name: 'DirectiveName',
  pattern: custom(nameEnd),
  line_breaks: true,
  // every byte may start an unknown directive's name
  start_chars_hint: Array.from({ length: 256 }, (_, code) => code),
  push_mode: 'args',
});

/**
 * Everything after the first word, unsplit: many directives split their own line. It ends where the line does, which
 * only the line's start can tell: a backslash that ends the first word may continue the line twice.
 */
export const Arguments = createToken({
  name: 'Arguments',
  pattern: custom(argumentsEnd),
  line_breaks: true,
  start_chars_hint: Array.from({ length: 256 }, (_, code) => code),
});

/** Ends a blank or comment line. */
export const LineEnd = createToken({
  name: 'LineEnd',
  pattern: /\n/,
  line_breaks: true,
  group: Lexer.SKIPPED,
});
/** Ends a directive line. */
export const ArgumentsEnd = createToken({
  name: 'ArgumentsEnd',
  pattern: /\n/,
  line_breaks: true,
  pop_mode: true,
});

export const CONFIG_TOKENS = {
  modes: {
    lineStart: [Blank, LineEnd, NulTail, Continuation, Comment, SectionClose, SectionOpen, DirectiveName],
    args: [Blank, NulTail, Arguments, ArgumentsEnd],
  },
  defaultMode: 'lineStart',
} satisfies IMultiModeLexerDefinition;

/** A matcher from a function that gives the end offset; an end at the start is no match. */
function custom(
  end: (text: string, at: number, before: readonly IToken[]) => number,
): CustomPatternMatcherFunc {
  return (text, at, before) => {
    const stop = end(text, at, before);
    return stop > at ? [text.slice(at, stop)] : null;
  };
}

function matchComment(text: string, at: number): number {
  return text[at] === '#' ? logicalLineEnd(text, at) : at;
}

/** The first two characters of the word at `at`, its quote skipped. */
function firstWordStart(text: string, at: number): string {
  const quote = text[at] === '"' || text[at] === "'" ? 1 : 0;
  return text.slice(at + quote, at + quote + 2);
}

function argumentsEnd(text: string, at: number, before: readonly IToken[]): number {
  const last = before.at(-1);
  return last === undefined || last.tokenType === Arguments ? at : logicalLineEnd(text, last.startOffset);
}

/** The end of the first word of a logical line; continuations inside it join it. */
function nameEnd(text: string, at: number): number {
  const end = logicalLineEnd(text, at);
  if (text[at] === '"' || text[at] === "'") {
    const close = closingQuote(text, at, end);
    return close < 0 ? end : close + 1;
  }
  let to = at;
  while (to < end) {
    const code = text.charCodeAt(to);
    if (code === 0 || (isBlank(code) && !isContinuationEnd(text, at, to))) break;
    to++;
  }
  return to;
}

/** Whether the line feed (or the CR before one) at `to` belongs to a continuation that starts after `at`. */
function isContinuationEnd(text: string, at: number, to: number): boolean {
  const code = text.charCodeAt(to);
  if (code === CR) return text.charCodeAt(to + 1) === LF && text.charCodeAt(to - 1) === BACKSLASH && to > at;
  if (code !== LF) return false;
  const before = to - (text.charCodeAt(to - 1) === CR ? 2 : 1);
  return before >= at && text.charCodeAt(before) === BACKSLASH;
}
