import { EmbeddedActionsParser, tokenMatcher } from 'chevrotain';
import type { IToken, TokenType } from 'chevrotain';
import type {
  BinaryOperator,
  CompareNode,
  ConditionNode,
  IntegerOrder,
  ListNode,
  LiteralNode,
  RegexNode,
  StringOrder,
  UnaryOperator,
  WordNode,
} from './ast.ts';
import {
  BINARY_OPERATORS,
  FUNCTIONS,
  RESTRICTED_FUNCTIONS,
  RESTRICTED_OPERATORS,
  UNARY_OPERATORS,
  VARIABLES,
} from './names.ts';
import * as t from './tokens.ts';

/** What parsing asks of the caller, since the grammar knows neither PCRE nor addresses. */
export interface ExprOptions {
  /** Says why a regex literal is refused; nothing when it is good. */
  readonly checkRegex?: (source: string, caseless: boolean) => RegexProblem | undefined;
  /** Whether the text is an address, a partial address or a subnet. */
  readonly isSubnet?: (text: string) => boolean;
  /**
   * Refuses what reads files: `file()` and `filesize()` in `.htaccess`, in mod_include and mod_authnz_fcgi the file tests
   * (`-f` and its like) too.
   */
  readonly restricted?: 'htaccess' | 'all';
  /** Takes mod_ssl's `%{SSL_...}`, `%{SSL:...}` and `PeerExtList()`. */
  readonly ssl?: boolean;
}

export interface RegexProblem {
  readonly message: string;
  /** Offset into the regex. */
  readonly offset: number;
}

/** A problem with a name, an operand or a length, found where the grammar itself was content. */
export interface ExprProblem {
  readonly message: string;
  readonly offset: number;
  readonly end: number;
}

function endOf(token: IToken): number {
  return token.startOffset + token.image.length;
}

/** The parser of both modes. Call `begin` before each parse. */
export class ExprParser extends EmbeddedActionsParser {
  /** The first thing found that is no matter of grammar. */
  problem: ExprProblem | undefined;
  /** Regex literals in the order of the text. */
  patterns: RegexNode[] = [];
  #options: ExprOptions = {};

  constructor(skipValidations: boolean) {
    super([...t.exprTokens], { maxLookahead: 1, skipValidations, recoveryEnabled: false });
    this.performSelfAnalysis();
  }

  begin(options: ExprOptions): void {
    this.#options = options;
    this.problem = undefined;
    this.patterns = [];
  }

  #report(message: string, offset: number, end: number): void {
    this.problem ??= { message, offset, end };
  }

  readonly condition = this.RULE('condition', (): ConditionNode => {
    const operands = [this.SUBRULE(this.conjunction)];
    this.MANY(() => {
      this.OR([{ ALT: () => this.CONSUME(t.Or) }, { ALT: () => this.CONSUME(t.OrWord) }]);
      operands.push(this.SUBRULE2(this.conjunction));
    });
    return this.ACTION(() => chain('or', operands));
  });

  readonly conjunction = this.RULE('conjunction', (): ConditionNode => {
    const operands = [this.SUBRULE(this.negation)];
    this.MANY(() => {
      this.OR([{ ALT: () => this.CONSUME(t.And) }, { ALT: () => this.CONSUME(t.AndWord) }]);
      operands.push(this.SUBRULE2(this.negation));
    });
    return this.ACTION(() => chain('and', operands));
  });

  readonly negation = this.RULE('negation', (): ConditionNode => {
    const signs: number[] = [];
    this.MANY(() => {
      const sign = this.OR([{ ALT: () => this.CONSUME(t.Not) }, { ALT: () => this.CONSUME(t.NotWord) }]);
      signs.push(sign.startOffset);
    });
    const operand = this.SUBRULE(this.primary);
    return this.ACTION(() =>
      signs.reduceRight<ConditionNode>(
        (node, start) => ({ kind: 'not', operand: node, start, end: node.end }),
        operand,
      ),
    );
  });

  readonly primary = this.RULE('primary', (): ConditionNode =>
    this.OR<ConditionNode>([
      { ALT: () => this.SUBRULE(this.constant) },
      {
        ALT: () => {
          this.CONSUME(t.ParenOpen);
          const inner = this.SUBRULE(this.condition);
          this.CONSUME(t.ParenClose);
          return inner;
        },
      },
      { ALT: () => this.SUBRULE(this.unaryTest) },
      { ALT: () => this.SUBRULE(this.comparison) },
    ]),
  );

  readonly constant = this.RULE('constant', (): ConditionNode => {
    const token = this.OR([{ ALT: () => this.CONSUME(t.True) }, { ALT: () => this.CONSUME(t.False) }]);
    return this.ACTION(() => ({
      kind: 'constant',
      value: token.image === 'true',
      start: token.startOffset,
      end: endOf(token),
    }));
  });

  readonly unaryTest = this.RULE('unaryTest', (): ConditionNode => {
    const operator = this.CONSUME(t.UnaryOperator);
    const operand = this.SUBRULE(this.word);
    return this.ACTION(() => {
      const name = operator.image.slice(1);
      const end = endOf(operator);
      if (!UNARY_OPERATORS.has(name)) {
        this.#report(`Unary operator '-${name}' does not exist`, operator.startOffset, end);
      } else if (this.#options.restricted === 'all' && RESTRICTED_OPERATORS.has(name)) {
        this.#report(`-${name} not available in restricted context`, operator.startOffset, end);
      } else if (name === 'R') this.#checkSubnet('-R', operand);
      return {
        kind: 'unary',
        operator: name as UnaryOperator,
        operand,
        start: operator.startOffset,
        end: operand.end,
      };
    });
  });

  readonly comparison = this.RULE('comparison', (): ConditionNode => {
    const left = this.SUBRULE(this.word);
    return this.OR<ConditionNode>([
      {
        ALT: () => {
          const operator = this.OR2([
            { ALT: () => this.CONSUME(t.StringOperator) },
            { ALT: () => this.CONSUME(t.IntegerOperator) },
          ]);
          const right = this.SUBRULE2(this.word);
          return this.ACTION(() => compare(left, operator.image, right));
        },
      },
      {
        ALT: () => {
          const operator = this.OR3([
            { ALT: () => this.CONSUME(t.RegexMatch) },
            { ALT: () => this.CONSUME(t.RegexMismatch) },
          ]);
          const token = this.CONSUME(t.Regex);
          return this.ACTION(() => {
            const regex = this.#regex(token);
            const negated = operator.image === '!~';
            return { kind: 'match', negated, subject: left, regex, start: left.start, end: regex.end };
          });
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.In);
          const list = this.SUBRULE(this.list);
          return this.ACTION(() => ({
            kind: 'membership',
            word: left,
            list,
            start: left.start,
            end: list.end,
          }));
        },
      },
      {
        ALT: () => {
          const operator = this.CONSUME(t.BinaryOperator);
          const right = this.SUBRULE3(this.word);
          return this.ACTION(() => this.#binaryTest(left, operator, right));
        },
      },
    ]);
  });

  #binaryTest(left: WordNode, operator: IToken, right: WordNode): ConditionNode {
    const written = operator.image.slice(1);
    const name = written.toLowerCase();
    if (!BINARY_OPERATORS.has(name)) {
      this.#report(`Binary operator '-${written}' does not exist`, operator.startOffset, endOf(operator));
    } else if (name === 'ipmatch') this.#checkSubnet('-ipmatch', right);
    return {
      kind: 'binary',
      operator: name as BinaryOperator,
      left,
      right,
      start: left.start,
      end: right.end,
    };
  }

  #checkSubnet(operator: string, operand: WordNode): void {
    if (operand.kind !== 'literal' || operand.isNumber) {
      this.#report(`${operator} requires subnet/netmask as constant argument`, operand.start, operand.end);
    } else if (this.#options.isSubnet?.(operand.value) === false) {
      this.#report('parsing of subnet/netmask failed', operand.start, operand.end);
    }
  }

  #regex(token: IToken): RegexNode {
    const skipped = token.image.startsWith('m') ? 2 : 1;
    const delimiter = token.image[skipped - 1]!;
    const close = token.image.lastIndexOf(delimiter);
    const source = token.image.slice(skipped, close);
    const caseless = close < token.image.length - 1;
    const sourceStart = token.startOffset + skipped;
    if (source.length > t.MAX_PIECE_LENGTH) {
      this.#report('Regular expression too long', token.startOffset, endOf(token));
    }
    const problem = this.#options.checkRegex?.(source, caseless);
    if (problem !== undefined) {
      const at = Math.min(sourceStart + problem.offset, endOf(token) - 1);
      this.#report(`Failed to compile regular expression: ${problem.message}`, at, endOf(token));
    }
    const node: RegexNode = {
      kind: 'regex',
      source,
      caseless,
      sourceStart,
      start: token.startOffset,
      end: endOf(token),
    };
    this.patterns.push(node);
    return node;
  }

  readonly list = this.RULE('list', (): ListNode =>
    this.OR<ListNode>([
      {
        ALT: () => {
          const open = this.CONSUME(t.BraceOpen);
          const items = [this.SUBRULE(this.word)];
          this.MANY(() => {
            this.CONSUME(t.Comma);
            items.push(this.SUBRULE2(this.word));
          });
          const close = this.CONSUME(t.BraceClose);
          return this.ACTION(() => ({ kind: 'list', items, start: open.startOffset, end: endOf(close) }));
        },
      },
      {
        ALT: () => {
          const name = this.CONSUME(t.Identifier);
          this.CONSUME(t.ParenOpen);
          const argument = this.SUBRULE3(this.word);
          const close = this.CONSUME(t.ParenClose);
          return this.ACTION(() => {
            const canonical = name.image.toLowerCase();
            if (this.#options.ssl !== true || canonical !== 'peerextlist') {
              this.#report(
                `List-returning function '${name.image}' does not exist`,
                name.startOffset,
                endOf(name),
              );
            }
            return {
              kind: 'listCall',
              name: canonical,
              argument,
              start: name.startOffset,
              end: endOf(close),
            };
          });
        },
      },
    ]),
  );

  readonly word = this.RULE('word', (): WordNode => {
    const parts = [this.SUBRULE(this.atom)];
    this.MANY(() => {
      this.CONSUME(t.Dot);
      parts.push(this.SUBRULE2(this.atom));
    });
    return this.ACTION(() => joined('operator', parts, parts[0]!.start));
  });

  readonly atom = this.RULE('atom', (): WordNode =>
    this.OR<WordNode>([
      {
        ALT: () => {
          const digits = this.CONSUME(t.Digits);
          return this.ACTION(() => ({ ...this.#literal(digits, digits.image), isNumber: true }));
        },
      },
      { ALT: () => this.SUBRULE(this.variable) },
      { ALT: () => this.SUBRULE(this.backref) },
      {
        ALT: () => {
          const open = this.CONSUME(t.DoubleOpen);
          const parts: WordNode[] = [];
          this.MANY(() =>
            this.OR2([
              { ALT: () => parts.push(this.SUBRULE2(this.variable)) },
              { ALT: () => parts.push(this.SUBRULE2(this.backref)) },
              { ALT: () => parts.push(this.#text(this.CONSUME(t.DoubleText))) },
            ]),
          );
          this.CONSUME(t.DoubleClose);
          return this.ACTION(() => joined('interpolation', parts, open.startOffset));
        },
      },
      {
        ALT: () => {
          const open = this.CONSUME(t.SingleOpen);
          const parts: WordNode[] = [];
          this.MANY2(() =>
            this.OR3([
              { ALT: () => parts.push(this.SUBRULE3(this.variable)) },
              { ALT: () => parts.push(this.SUBRULE3(this.backref)) },
              { ALT: () => parts.push(this.#text(this.CONSUME(t.SingleText))) },
            ]),
          );
          this.CONSUME(t.SingleClose);
          return this.ACTION(() => joined('interpolation', parts, open.startOffset));
        },
      },
      {
        ALT: () => {
          const name = this.CONSUME(t.Identifier);
          this.CONSUME(t.ParenOpen);
          const argument = this.SUBRULE(this.word);
          const close = this.CONSUME(t.ParenClose);
          return this.ACTION(() => this.#call(name, argument, name.startOffset, endOf(close)));
        },
      },
    ]),
  );

  readonly variable = this.RULE('variable', (): WordNode => {
    const open = this.CONSUME(t.VariableOpen);
    const name = this.CONSUME(t.Identifier);
    let argument: WordNode | undefined;
    this.OPTION(() => {
      this.CONSUME(t.ArgumentColon);
      const parts: WordNode[] = [];
      this.AT_LEAST_ONE(() =>
        this.OR([
          { ALT: () => parts.push(this.SUBRULE(this.variable)) },
          { ALT: () => parts.push(this.SUBRULE(this.backref)) },
          { ALT: () => parts.push(this.#text(this.CONSUME(t.ArgumentText))) },
        ]),
      );
      argument = this.ACTION(() => joined('interpolation', parts, parts[0]!.start));
    });
    const close = this.CONSUME(t.VariableClose);
    return this.ACTION((): WordNode => {
      const [start, end] = [open.startOffset, endOf(close)];
      if (argument !== undefined) return this.#call(name, argument, start, end);
      const canonical = name.image.toUpperCase();
      if (!VARIABLES.has(canonical) && !(this.#options.ssl === true && canonical.startsWith('SSL_'))) {
        this.#report(`Variable '${name.image}' does not exist`, name.startOffset, endOf(name));
      }
      return { kind: 'variable', name: canonical, start, end };
    });
  });

  readonly backref = this.RULE('backref', (): WordNode => {
    const token = this.CONSUME(t.Backref);
    return this.ACTION(() => ({
      kind: 'backref',
      group: Number(token.image[1]),
      start: token.startOffset,
      end: endOf(token),
    }));
  });

  readonly freeString = this.RULE('freeString', (): WordNode => {
    const parts: WordNode[] = [];
    this.MANY(() =>
      this.OR([
        { ALT: () => parts.push(this.SUBRULE(this.variable)) },
        { ALT: () => parts.push(this.SUBRULE(this.backref)) },
        { ALT: () => parts.push(this.#text(this.CONSUME(t.FreeText))) },
      ]),
    );
    return this.ACTION(() => joined('interpolation', parts, 0));
  });

  #text(token: IToken): WordNode {
    return this.ACTION(() => {
      const value = t.unescapeText(token.image);
      if (value.length > t.MAX_PIECE_LENGTH) this.#report('String too long', token.startOffset, endOf(token));
      return this.#literal(token, value);
    });
  }

  #literal(token: IToken, value: string): LiteralNode {
    return { kind: 'literal', value, isNumber: false, start: token.startOffset, end: endOf(token) };
  }

  #call(name: IToken, argument: WordNode, start: number, end: number): WordNode {
    const canonical = name.image.toLowerCase();
    const isKnown = FUNCTIONS.has(canonical) || (canonical === 'ssl' && this.#options.ssl === true);
    if (!isKnown) {
      this.#report(`Function '${name.image}' does not exist`, name.startOffset, endOf(name));
    } else if (this.#options.restricted !== undefined && RESTRICTED_FUNCTIONS.has(canonical)) {
      this.#report(`${name.image} not available in restricted context`, name.startOffset, endOf(name));
    }
    return { kind: 'call', name: canonical, spelling: name.image, argument, start, end };
  }
}

function chain(kind: 'and' | 'or', operands: readonly ConditionNode[]): ConditionNode {
  const [first, ...others] = operands;
  if (others.length === 0) return first!;
  return { kind, operands, start: first!.start, end: others.at(-1)!.end };
}

function joined(by: 'operator' | 'interpolation', parts: readonly WordNode[], start: number): WordNode {
  const [first, ...others] = parts;
  if (first === undefined) return { kind: 'literal', value: '', isNumber: false, start, end: start };
  if (others.length === 0) return first;
  return { kind: 'concat', by, parts, start: first.start, end: others.at(-1)!.end };
}

function compare(left: WordNode, operator: string, right: WordNode): CompareNode {
  const plain = operator.replace(/^-/, '');
  const canonical = (plain === '=' ? '==' : plain) as StringOrder | IntegerOrder;
  return { kind: 'compare', operator: canonical, left, right, start: left.start, end: right.end };
}

/** Whether the token is one that no rule takes: it stands for a mistake of spelling. */
export function isErrorToken(token: IToken): boolean {
  const types: readonly TokenType[] = [
    t.StrayCharacter,
    t.BadNameCharacter,
    t.BadEscape,
    t.Jammed,
    t.RawNewline,
    t.UnterminatedRegex,
  ];
  return types.some((type) => tokenMatcher(token, type));
}
