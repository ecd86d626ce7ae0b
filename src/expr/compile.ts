import type {
  AndNode,
  BinaryTestNode,
  ConditionNode,
  ExprNode,
  ListNode,
  MatchNode,
  OrNode,
  UnaryTestNode,
  WordNode,
} from '../../grammar/expr/ast.ts';
import { compileFnmatch } from '../pattern/fnmatch.ts';
import { addressWords } from '../pattern/ip-address.ts';
import { mustCompilePcre } from '../pattern/pcre.ts';
import { parseSubnet, subnetContains } from '../pattern/subnet.ts';
import { COMPARISONS } from './compare.ts';
import { ExprError, noCaptures } from './context.ts';
import type { Captures, Condition, ExprContext, StringValue } from './context.ts';
import { FILE_TESTS } from './file-tests.ts';
import { FUNCTIONS } from './functions.ts';
import { hostAddress, shortAddress } from './host-addresses.ts';
import { HEADER_VARIABLES, variableReader } from './variables.ts';

type Test = (context: ExprContext, captures: Captures) => boolean;
type Text = (context: ExprContext, captures: Captures) => string;

/** More levels of evaluation than that, one inside the other, and httpd gives up. */
const MAX_DEPTH = 20;

/** What compiling one expression carries along. */
interface Settings {
  /** Whether reading a request header adds it to `Vary`. */
  readonly vary: boolean;
}

/**
 * Compiles a condition to a function of the request. A condition that reads request headers adds them to `Vary`,
 * unless told not to.
 *
 * @throws Error when the node is not one of a condition
 * @source httpd ap_expr_exec_re
 */
export function compileCondition(node: ExprNode, settings: Settings = { vary: true }): Condition {
  const test = compileTest(asCondition(node), settings, 1);
  return (context, captures = noCaptures()) => test(context, captures);
}

/** Compiles a string with its interpolations to a function of the request. @source httpd ap_expr_str_exec_re */
export function compileString(node: ExprNode): StringValue {
  const text = compileWord(asWord(node), { vary: false }, 1);
  return (context, captures = noCaptures()) => text(context, captures);
}

function isWord(node: ExprNode): node is WordNode {
  return (
    node.kind === 'literal' ||
    node.kind === 'concat' ||
    node.kind === 'variable' ||
    node.kind === 'call' ||
    node.kind === 'backref'
  );
}

function asCondition(node: ExprNode): ConditionNode {
  if (isWord(node) || node.kind === 'list' || node.kind === 'listCall') throw new Error('not a condition');
  return node;
}

function asWord(node: ExprNode): WordNode {
  if (!isWord(node)) throw new Error('not a string');
  return node;
}

function failDeep(): never {
  throw new ExprError('Recursion limit reached');
}

function compileTest(node: ConditionNode, settings: Settings, depth: number): Test {
  if (depth > MAX_DEPTH) return failDeep;
  switch (node.kind) {
    case 'constant':
      return () => node.value;
    case 'not': {
      const operand = compileTest(node.operand, settings, depth);
      return (context, captures) => !operand(context, captures);
    }
    case 'and': {
      const tests = compileChain(node, settings, depth);
      return (context, captures) => tests.every((test) => test(context, captures));
    }
    case 'or': {
      const tests = compileChain(node, settings, depth);
      return (context, captures) => tests.some((test) => test(context, captures));
    }
    case 'compare': {
      const left = compileWord(node.left, settings, depth + 1);
      const right = compileWord(node.right, settings, depth + 1);
      const compare = COMPARISONS[node.operator];
      return (context, captures) => {
        // The right side comes first, as in httpd: the names in `Vary` tell.
        const second = right(context, captures);
        return compare(left(context, captures), second);
      };
    }
    case 'match':
      return compileMatch(node, settings, depth);
    case 'membership': {
      const word = compileWord(node.word, settings, depth + 1);
      const contains = compileList(node.list, settings, depth);
      return (context, captures) => contains(word(context, captures), context, captures);
    }
    case 'unary':
      return compileUnary(node, settings, depth);
    case 'binary':
      return compileBinary(node, settings, depth);
  }
}

/** httpd goes on to a chain's last operand without another level. */
function compileChain(node: AndNode | OrNode, settings: Settings, depth: number): readonly Test[] {
  const last = node.operands.length - 1;
  return node.operands.map((operand, index) =>
    compileTest(operand, settings, index === last ? depth : depth + 1),
  );
}

function compileMatch(node: MatchNode, settings: Settings, depth: number): Test {
  const subject = compileWord(node.subject, settings, depth + 1);
  const pattern = mustCompilePcre(node.regex.source, { caseless: node.regex.caseless });
  const { negated } = node;
  // A pattern without groups leaves the groups of an earlier match alone.
  if (pattern.groupCount === 0) {
    return (context, captures) => pattern.test(subject(context, captures)) !== negated;
  }
  return (context, captures) => {
    const match = pattern.exec(subject(context, captures));
    captures.groups = match ?? [];
    captures.hasFailed = match === null;
    return (match !== null) !== negated;
  };
}

function compileList(
  node: ListNode,
  settings: Settings,
  depth: number,
): (word: string, context: ExprContext, captures: Captures) => boolean {
  if (node.kind === 'list') {
    // httpd tries the last word first.
    const items = node.items.map((item) => compileWord(item, settings, depth + 1)).reverse();
    return (word, context, captures) => items.some((item) => item(context, captures) === word);
  }
  const argument = compileWord(node.argument, settings, depth + 1);
  return (word, context, captures) =>
    context.peerExtensions?.(argument(context, captures)).includes(word) ?? false;
}

function isTrueWord(word: string): boolean {
  return !/^(?:|0|off|false|no)$/i.test(word);
}

function compileUnary(node: UnaryTestNode, settings: Settings, depth: number): Test {
  const { operator } = node;
  if (operator === 'R') {
    const contains = compileSubnet(node.operand);
    return (context) => contains(context.variable('REMOTE_ADDR'));
  }
  const operand = compileWord(node.operand, settings, depth + 1);
  switch (operator) {
    case 'n':
      return (context, captures) => operand(context, captures) !== '';
    case 'z':
      return (context, captures) => operand(context, captures) === '';
    case 'T':
      return (context, captures) => isTrueWord(operand(context, captures));
    case 'F':
      return (context, captures) => context.subrequestFile(operand(context, captures));
    case 'U':
    case 'A':
      return (context, captures) => context.subrequestUri(operand(context, captures));
    case 'd':
    case 'e':
    case 'f':
    case 's':
    case 'L':
    case 'h':
    case 'x': {
      const test = FILE_TESTS.get(operator)!;
      return (context, captures) => test(operand(context, captures));
    }
  }
}

function compileSubnet(node: WordNode): (address: string) => boolean {
  const parsed = node.kind === 'literal' ? parseSubnet(node.value) : undefined;
  if (parsed?.ok !== true) throw new Error('bad subnet in an expression');
  return (address) => subnetContains(parsed.subnet, address);
}

function compileBinary(node: BinaryTestNode, settings: Settings, depth: number): Test {
  const left = compileWord(node.left, settings, depth + 1);
  if (node.operator === 'ipmatch') {
    const contains = compileSubnet(node.right);
    return (context, captures) => {
      const host = left(context, captures);
      const address = addressWords(host) === undefined ? (shortAddress(host) ?? hostAddress(host)) : host;
      return address !== undefined && contains(address);
    };
  }
  const flags = { pathname: node.operator === 'fnmatch', caseless: node.operator === 'strcmatch' };
  if (node.right.kind === 'literal') {
    const matches = compileFnmatch(node.right.value, flags);
    return (context, captures) => matches(left(context, captures));
  }
  const right = compileWord(node.right, settings, depth + 1);
  return (context, captures) => {
    const matches = compileFnmatch(right(context, captures), flags);
    return matches(left(context, captures));
  };
}

function compileWord(node: WordNode, settings: Settings, depth: number): Text {
  if (depth > MAX_DEPTH) return failDeep;
  switch (node.kind) {
    case 'literal':
      return () => node.value;
    case 'backref':
      return (_, captures) => captures.groups[node.group] ?? '';
    case 'concat':
      return joinTexts(compileParts(node.parts, settings, depth));
    case 'variable': {
      const header = HEADER_VARIABLES.get(node.name);
      if (header !== undefined) return (context) => readHeader(header, context, settings.vary);
      return variableReader(node.name);
    }
    case 'call':
      return compileCall(node.name, compileWord(node.argument, settings, depth + 1), settings);
  }
}

/**
 * The parts of a chain of `.`, one level down. Where httpd meets an interpolated string at a chain's beginning, it
 * evaluates the rest of the chain as a word of its own, another level down.
 */
function compileParts(parts: readonly WordNode[], settings: Settings, depth: number): readonly Text[] {
  const [first, ...rest] = parts;
  if (first?.kind !== 'concat' || rest.length === 0) {
    return parts.map((part) => compileWord(part, settings, depth + 1));
  }
  if (depth >= MAX_DEPTH) return [failDeep];
  const beginning = first.parts.map((part) => compileWord(part, settings, depth + 1));
  const end =
    rest.length === 1
      ? [compileWord(rest[0]!, settings, depth + 1)]
      : compileParts(rest, settings, depth + 1);
  return [...beginning, ...end];
}

function joinTexts(parts: readonly Text[]): Text {
  return (context, captures) => {
    let text = '';
    for (const part of parts) text += part(context, captures);
    return text;
  };
}

function compileCall(name: string, argument: Text, settings: Settings): Text {
  if (name === 'req' || name === 'http' || name === 'req_novary') {
    const vary = settings.vary && name !== 'req_novary';
    return (context, captures) => readHeader(argument(context, captures), context, vary);
  }
  const call = FUNCTIONS.get(name);
  if (call === undefined) throw new Error(`unknown expression function ${name}`);
  return (context, captures) => call(argument(context, captures), context);
}

function readHeader(name: string, context: ExprContext, vary: boolean): string {
  if (vary && name !== 'Host') context.addVary(name);
  return context.requestHeader(name) ?? '';
}
