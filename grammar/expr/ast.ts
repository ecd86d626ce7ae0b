/**
 * The syntax tree of httpd's expression language (ap_expr), as plain data: readonly, cloneable, with offsets
 * into the expression text. Names are in canonical case: variables upper case, functions lower case, operators
 * lower case without the dash.
 */

/** Half-open range of offsets in the expression text. */
export interface ExprSpan {
  readonly start: number;
  readonly end: number;
}

export type ConditionNode =
  | ConstantNode
  | NotNode
  | AndNode
  | OrNode
  | CompareNode
  | MatchNode
  | MembershipNode
  | UnaryTestNode
  | BinaryTestNode;

/** A word: anything that has a string value. */
export type WordNode = LiteralNode | ConcatNode | VariableNode | CallNode | BackrefNode;

export type ExprNode = ConditionNode | WordNode | ListNode;

export interface ConstantNode extends ExprSpan {
  readonly kind: 'constant';
  readonly value: boolean;
}

export interface NotNode extends ExprSpan {
  readonly kind: 'not';
  readonly operand: ConditionNode;
}

/** A chain `a && b && c` written without parentheses is one node with three operands. */
export interface AndNode extends ExprSpan {
  readonly kind: 'and';
  readonly operands: readonly ConditionNode[];
}

export interface OrNode extends ExprSpan {
  readonly kind: 'or';
  readonly operands: readonly ConditionNode[];
}

export type StringOrder = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type IntegerOrder = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

/** `==` and its like compare bytes; `-eq`, `eq` and their like compare integers. */
export interface CompareNode extends ExprSpan {
  readonly kind: 'compare';
  readonly operator: StringOrder | IntegerOrder;
  readonly left: WordNode;
  readonly right: WordNode;
}

/** `word =~ regex` or, negated, `word !~ regex`. */
export interface MatchNode extends ExprSpan {
  readonly kind: 'match';
  readonly negated: boolean;
  readonly subject: WordNode;
  readonly regex: RegexNode;
}

/** A regex literal; `source` is what stands between the delimiters, never interpolated. */
export interface RegexNode extends ExprSpan {
  readonly kind: 'regex';
  readonly source: string;
  readonly caseless: boolean;
  /** Where `source` begins, for pointing into it. */
  readonly sourceStart: number;
}

/** `word -in list`. */
export interface MembershipNode extends ExprSpan {
  readonly kind: 'membership';
  readonly word: WordNode;
  readonly list: ListNode;
}

export type ListNode = LiteralListNode | ListCallNode;

export interface LiteralListNode extends ExprSpan {
  readonly kind: 'list';
  readonly items: readonly WordNode[];
}

/** A list-returning function; only mod_ssl brings one, `peerextlist`. */
export interface ListCallNode extends ExprSpan {
  readonly kind: 'listCall';
  readonly name: string;
  readonly argument: WordNode;
}

export type UnaryOperator = 'n' | 'z' | 'T' | 'R' | 'd' | 'e' | 'f' | 's' | 'L' | 'h' | 'x' | 'F' | 'U' | 'A';

export interface UnaryTestNode extends ExprSpan {
  readonly kind: 'unary';
  readonly operator: UnaryOperator;
  readonly operand: WordNode;
}

export type BinaryOperator = 'ipmatch' | 'strmatch' | 'strcmatch' | 'fnmatch';

export interface BinaryTestNode extends ExprSpan {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: WordNode;
  readonly right: WordNode;
}

/** A string without anything to expand, or a number. */
export interface LiteralNode extends ExprSpan {
  readonly kind: 'literal';
  readonly value: string;
  /** Written as a number, which is not enough where httpd wants a constant string. */
  readonly isNumber: boolean;
}

/** Two or more words joined, by `.` or inside one quoted string; nested as they were written. */
export interface ConcatNode extends ExprSpan {
  readonly kind: 'concat';
  /** `interpolation` when the parts stand inside one string, `operator` when `.` joins them. */
  readonly by: 'operator' | 'interpolation';
  readonly parts: readonly WordNode[];
}

/** `%{NAME}`. */
export interface VariableNode extends ExprSpan {
  readonly kind: 'variable';
  readonly name: string;
}

/** `name(word)` or `%{name:argument}`. */
export interface CallNode extends ExprSpan {
  readonly kind: 'call';
  readonly name: string;
  /** The name as written, for messages. */
  readonly spelling: string;
  readonly argument: WordNode;
}

/** `$0` to `$9`. */
export interface BackrefNode extends ExprSpan {
  readonly kind: 'backref';
  readonly group: number;
}
