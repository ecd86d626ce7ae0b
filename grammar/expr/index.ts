import { EOF, Lexer, tokenLabel, tokenMatcher } from 'chevrotain';
import type { IToken } from 'chevrotain';
import type { ConditionNode, ExprNode, RegexNode, WordNode } from './ast.ts';
import { ExprParser, isErrorToken } from './parser.ts';
import type { ExprOptions } from './parser.ts';
import * as t from './tokens.ts';

export type { ExprOptions, RegexProblem } from './parser.ts';

export type ExprResult<Node> = ExprSuccess<Node> | ExprFailure;

export interface ExprSuccess<Node> {
  readonly ok: true;
  readonly node: Node;
  /** The regex literals, for a caller that checks or lists them. */
  readonly patterns: readonly RegexNode[];
}

export interface ExprFailure {
  readonly ok: false;
  /** Begins as httpd's message does. */
  readonly message: string;
  /** Half-open range in the expression text. */
  readonly offset: number;
  readonly end: number;
  /** What to do about it. */
  readonly hint?: string;
}

let lexer: Lexer | undefined;
let parser: ExprParser | undefined;

/** Parses a condition, as `<If>` and `Require expr` take. */
export function parseCondition(text: string, options: ExprOptions = {}): ExprResult<ConditionNode> {
  return parse(text, options, 'code', (expr) => expr.condition());
}

/** Parses a string with `%{...}` and `$n` in it, as `SetHandler` and `Header set` take. */
export function parseString(text: string, options: ExprOptions = {}): ExprResult<WordNode> {
  return parse(text, options, 'text', (expr) => expr.freeString());
}

/** Parses an expression of either kind. */
export function parseExpr(
  text: string,
  mode: 'boolean' | 'string',
  options: ExprOptions = {},
): ExprResult<ExprNode> {
  return mode === 'boolean' ? parseCondition(text, options) : parseString(text, options);
}

function parse<Node>(
  text: string,
  options: ExprOptions,
  mode: 'code' | 'text',
  rule: (parser: ExprParser) => Node,
): ExprResult<Node> {
  lexer ??= new Lexer(t.exprLexerDefinition, {
    positionTracking: 'onlyOffset',
    ensureOptimizations: false,
    skipValidations: true,
  });
  parser ??= new ExprParser(true);
  const { tokens, errors } = lexer.tokenize(text, mode);
  const [lost] = errors;
  if (lost !== undefined)
    return { ok: false, message: 'Parse error', offset: lost.offset, end: lost.offset + 1 };
  parser.input = tokens;
  parser.begin(options);
  const node = rule(parser);
  const [error] = parser.errors;
  // A name is looked up as soon as it is read, so its problem stands before any that stopped the grammar.
  if (parser.problem !== undefined) return { ok: false, ...describeProblem(parser.problem) };
  if (error !== undefined) {
    return { ok: false, ...describe(error.token, tokens, text) };
  }
  return { ok: true, node, patterns: parser.patterns };
}

type Failure = Omit<ExprFailure, 'ok'>;

function describeProblem(problem: Failure): Failure {
  if (problem.message.startsWith('Variable')) {
    return { ...problem, hint: 'request headers are %{req:Name}, environment variables %{reqenv:NAME}' };
  }
  return problem;
}

/** Says what is wrong at the token where the grammar stopped. */
function describe(token: IToken, tokens: readonly IToken[], text: string): Failure {
  const isEnd = tokenMatcher(token, EOF);
  const offset = isEnd ? text.length : token.startOffset;
  const end = isEnd ? text.length : offset + token.image.length;
  const detail = isEnd ? (isInsideString(tokens) ? UNTERMINATED : undefined) : detailOf(token);
  if (detail === UNTERMINATED || (detail !== undefined && !detail.startsWith('Invalid'))) {
    return { message: detail, offset, end };
  }
  const unexpected = `syntax error, unexpected ${isEnd ? '$end' : httpdLabel(token)}`;
  if (detail !== undefined) return { message: `${unexpected}: ${detail}`, offset, end };
  const previous = isEnd ? tokens.at(-1) : tokens[tokens.indexOf(token) - 1];
  const hint = hintFor(token, previous, isEnd);
  return { message: unexpected, offset, end, ...(hint === undefined ? {} : { hint }) };
}

const OPERATOR_LABELS: ReadonlyMap<string, string> = new Map([
  ['!=', 'T_OP_STR_NE'],
  ['<', 'T_OP_STR_LT'],
  ['<=', 'T_OP_STR_LE'],
  ['>', 'T_OP_STR_GT'],
  ['>=', 'T_OP_STR_GE'],
]);

/** httpd's name for the token; its operators have one each, ours share a few. */
function httpdLabel(token: IToken): string {
  if (tokenMatcher(token, t.IntegerOperator)) return `T_OP_${token.image.slice(-2).toUpperCase()}`;
  if (tokenMatcher(token, t.Regex) && /[^/]i$/.test(token.image)) return 'T_REGEX_I';
  return OPERATOR_LABELS.get(token.image) ?? tokenLabel(token.tokenType);
}

const UNTERMINATED = 'Unterminated string or variable';

function detailOf(token: IToken): string | undefined {
  if (!isErrorToken(token) || tokenMatcher(token, t.UnterminatedRegex)) return undefined;
  const [first] = token.image;
  const char = first === '"' ? first : JSON.stringify(first).slice(1, -1);
  if (tokenMatcher(token, t.RawNewline)) return UNTERMINATED;
  if (tokenMatcher(token, t.BadNameCharacter)) return `Invalid character in variable name '${char}'`;
  if (tokenMatcher(token, t.BadEscape)) {
    return /^\\[0-7]{3}$/.test(token.image) ? 'Escape sequence out of bound' : 'Bad escape sequence';
  }
  return `Parse error near '${char}'`;
}

/** Whether the text ends inside a quoted string or `%{...}`. */
function isInsideString(tokens: readonly IToken[]): boolean {
  let depth = 0;
  for (const token of tokens) {
    if ([t.DoubleOpen, t.SingleOpen, t.VariableOpen].some((type) => tokenMatcher(token, type))) depth++;
    if ([t.DoubleClose, t.SingleClose, t.VariableClose].some((type) => tokenMatcher(token, type))) depth--;
  }
  return depth > 0;
}

function hintFor(token: IToken, previous: IToken | undefined, isEnd: boolean): string | undefined {
  if (previous === undefined) return undefined;
  if (tokenMatcher(previous, t.Identifier))
    return "quote this string, or write the function's argument in parentheses";
  if (tokenMatcher(previous, t.Regex) && tokenMatcher(token, t.Identifier)) return 'the only regex flag is i';
  const endsWord = [t.DoubleClose, t.SingleClose, t.VariableClose, t.Digits, t.Backref];
  if (!endsWord.some((type) => tokenMatcher(previous, type))) return undefined;
  if (isEnd) return 'a value alone is no condition: put -n before it, and quote the whole expression';
  if (tokenMatcher(token, t.ParenClose)) return 'values cannot be put in parentheses, only conditions';
  return undefined;
}
