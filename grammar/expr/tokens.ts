import { Lexer, createToken } from 'chevrotain';
import type { ITokenConfig, TokenType } from 'chevrotain';

/**
 * Tokens of the expression language. Labels are the names that httpd's own messages use.
 *
 * Lexer modes: `code` is a condition, `double` and `single` are inside a quoted string, `name` is behind `%{`,
 * `argument` is behind `%{name:`, and `text` is an expression that is one string as a whole. What no token matches
 * is an error token, so that the parser meets it in its place.
 */
function token(config: ITokenConfig): TokenType {
  return createToken(config);
}

/** A keyword or operator that is not the beginning of a longer word. */
function wordToken(name: string, label: string, pattern: RegExp): TokenType {
  return token({ name, label, pattern: new RegExp(`(?:${pattern.source})(?![A-Za-z0-9_])`) });
}

export const WhiteSpace = token({
  name: 'WhiteSpace',
  pattern: /[ \t\n]+/,
  group: Lexer.SKIPPED,
  line_breaks: true,
});

export const True = wordToken('True', 'T_TRUE', /true/);
export const False = wordToken('False', 'T_FALSE', /false/);
export const AndWord = wordToken('AndWord', 'T_OP_AND', /and/);
export const OrWord = wordToken('OrWord', 'T_OP_OR', /or/);
export const NotWord = wordToken('NotWord', 'T_OP_NOT', /not/);
export const In = wordToken('In', 'T_OP_IN', /-in|in/);
/** `eq`, `-eq` and their like. */
export const IntegerOperator = wordToken('IntegerOperator', 'T_OP_EQ', /-?(?:eq|ne|lt|le|gt|ge)/);

export const And = token({ name: 'And', label: 'T_OP_AND', pattern: '&&' });
export const Or = token({ name: 'Or', label: 'T_OP_OR', pattern: '||' });
export const Not = token({ name: 'Not', label: 'T_OP_NOT', pattern: '!' });
export const RegexMatch = token({ name: 'RegexMatch', label: 'T_OP_REG', pattern: '=~' });
export const RegexMismatch = token({ name: 'RegexMismatch', label: 'T_OP_NRE', pattern: '!~' });
export const StringOperator = token({
  name: 'StringOperator',
  label: 'T_OP_STR_EQ',
  pattern: /==|=|!=|<=|<|>=|>/,
});
export const Dot = token({ name: 'Dot', label: 'T_OP_CONCAT', pattern: '.' });
export const ParenOpen = token({ name: 'ParenOpen', label: "'('", pattern: '(' });
export const ParenClose = token({ name: 'ParenClose', label: "')'", pattern: ')' });
export const BraceOpen = token({ name: 'BraceOpen', label: "'{'", pattern: '{' });
export const BraceClose = token({ name: 'BraceClose', label: "'}'", pattern: '}' });
export const Comma = token({ name: 'Comma', label: "','", pattern: ',' });
export const LoneColon = token({ name: 'LoneColon', label: "':'", pattern: ':' });

export const Digits = token({ name: 'Digits', label: 'T_DIGIT', pattern: /-?[0-9]+/ });
export const BinaryOperator = token({
  name: 'BinaryOperator',
  label: 'T_OP_BINARY',
  pattern: /-[A-Za-z_][A-Za-z0-9_]+/,
});
export const UnaryOperator = token({ name: 'UnaryOperator', label: 'T_OP_UNARY', pattern: /-[A-Za-z_]/ });
export const Identifier = token({ name: 'Identifier', label: 'T_ID', pattern: /[A-Za-z][A-Za-z0-9_]*/ });

/** `/.../` or `mX...X` on one line, with the optional `i`; `m_` followed by a word character is an identifier. */
export const Regex = token({
  name: 'Regex',
  label: 'T_REGEX',
  pattern: /(?:\/[^/\n]*\/|m(?:([/#$%^|?!'",;:.-])[^\n]*?\1|_(?![A-Za-z0-9_])[^_\n]*_))i?/,
  start_chars_hint: ['/', 'm'],
});
export const UnterminatedRegex = token({
  name: 'UnterminatedRegex',
  label: '$end',
  pattern: /(?:\/|m(?:[/#$%^|?!'",;:.-]|_(?![A-Za-z0-9_])))[^]*/,
  start_chars_hint: ['/', 'm'],
  line_breaks: true,
});

export const DoubleOpen = token({
  name: 'DoubleOpen',
  label: 'T_STR_BEGIN',
  pattern: '"',
  push_mode: 'double',
});
export const DoubleClose = token({ name: 'DoubleClose', label: 'T_STR_END', pattern: '"', pop_mode: true });
export const SingleOpen = token({
  name: 'SingleOpen',
  label: 'T_STR_BEGIN',
  pattern: "'",
  push_mode: 'single',
});
export const SingleClose = token({ name: 'SingleClose', label: 'T_STR_END', pattern: "'", pop_mode: true });

export const VariableOpen = token({
  name: 'VariableOpen',
  label: 'T_VAR_BEGIN',
  pattern: '%{',
  push_mode: 'name',
});
export const VariableClose = token({
  name: 'VariableClose',
  label: 'T_VAR_END',
  pattern: '}',
  pop_mode: true,
});
export const ArgumentColon = token({
  name: 'ArgumentColon',
  label: "':'",
  pattern: ':',
  pop_mode: true,
  push_mode: 'argument',
});
export const Backref = token({ name: 'Backref', label: 'T_REGEX_BACKREF', pattern: /\$[0-9]/ });

/** Escape sequences: an octal number up to 377 with no digit behind it, or any character that is no digit. */
const ESCAPE = String.raw`\\[^0-9]|\\(?:[0-3]?[0-7]{1,2})(?![0-9])`;
const NO_EXPANSION = String.raw`%(?!\{)|\$(?![0-9])`;

/** Literal text, with its escapes, in a place where these characters end it. */
function textToken(name: string, ends: string): TokenType {
  return token({
    name,
    label: 'T_STRING',
    pattern: new RegExp(String.raw`(?:[^\\\n%$${ends}]|${ESCAPE}|${NO_EXPANSION})+`),
    line_breaks: true,
  });
}

export const DoubleText = textToken('DoubleText', '"');
export const SingleText = textToken('SingleText', "'");
export const ArgumentText = textToken('ArgumentText', `"'}`);
export const FreeText = textToken('FreeText', '');

/** `\400`, `\8`, `\0012`. */
export const BadEscape = token({ name: 'BadEscape', label: 'T_ERROR', pattern: /\\[0-9]+/ });
/** A backslash that ends the text, or a quote inside `%{function:...}`: httpd's scanner gives up on them. */
export const Jammed = token({ name: 'Jammed', label: 'T_ERROR', pattern: /["'\\]/ });
export const RawNewline = token({ name: 'RawNewline', label: 'T_ERROR', pattern: /\n/, line_breaks: true });
export const BadNameCharacter = token({ name: 'BadNameCharacter', label: 'T_ERROR', pattern: /[^\n]/ });
export const StrayCharacter = token({
  name: 'StrayCharacter',
  label: 'T_ERROR',
  pattern: /[^]/,
  line_breaks: true,
});

const EXPANSIONS = [VariableOpen, Backref];

export const exprLexerDefinition = {
  modes: {
    code: [
      WhiteSpace,
      Regex,
      UnterminatedRegex,
      True,
      False,
      AndWord,
      OrWord,
      NotWord,
      In,
      IntegerOperator,
      Digits,
      BinaryOperator,
      UnaryOperator,
      Identifier,
      DoubleOpen,
      SingleOpen,
      ...EXPANSIONS,
      And,
      Or,
      RegexMatch,
      RegexMismatch,
      StringOperator,
      Not,
      Dot,
      ParenOpen,
      ParenClose,
      BraceOpen,
      BraceClose,
      Comma,
      LoneColon,
      StrayCharacter,
    ],
    double: [DoubleClose, ...EXPANSIONS, DoubleText, BadEscape, Jammed, RawNewline],
    single: [SingleClose, ...EXPANSIONS, SingleText, BadEscape, Jammed, RawNewline],
    name: [Identifier, ArgumentColon, VariableClose, RawNewline, BadNameCharacter],
    argument: [VariableClose, ...EXPANSIONS, ArgumentText, BadEscape, Jammed, RawNewline],
    text: [...EXPANSIONS, FreeText, BadEscape, Jammed, RawNewline],
  },
  defaultMode: 'code',
};

/** Every token, in any order, for the parser. */
export const exprTokens: readonly TokenType[] = [...new Set(Object.values(exprLexerDefinition.modes).flat())];

/** Longest literal piece and regex that httpd's scanner holds. */
export const MAX_PIECE_LENGTH = 8191;

const SIMPLE_ESCAPES = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['b', '\b'],
  ['f', '\f'],
]);

/** The characters that a text token stands for, up to a NUL, where httpd's strings end. */
export function unescapeText(image: string): string {
  if (!image.includes('\\')) return image;
  return decodeEscapes(image).split('\0', 1)[0]!;
}

function decodeEscapes(image: string): string {
  return image.replace(/\\(?:([0-7]{1,3})|([^]))/g, (_, octal?: string, char?: string) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    return SIMPLE_ESCAPES.get(char!) ?? char!;
  });
}
