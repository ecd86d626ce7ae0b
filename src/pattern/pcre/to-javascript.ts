import type { ByteSet } from './byte-set.ts';
import { canBeEmpty, childrenOf } from './node.ts';
import type { Anchor, LookNode, PcreNode, RepeatNode } from './node.ts';

/**
 * The source of a JavaScript regular expression, to be used without flags, that matches exactly as the node does in
 * PCRE2 and has the same groups; `undefined` when JavaScript differs:
 *
 * - a reference to an unset group matches the empty string there, and fails in PCRE2;
 * - groups are emptied in each round of a loop, and keep their text in PCRE2;
 * - an empty round of a loop is refused and retried, and accepted as the last one in PCRE2;
 * - there are no atomic groups, no possessive quantifiers, no `\K`, and groups inside a negative assertion or a
 *   lookbehind are filled differently.
 */
export function toJavaScript(node: PcreNode): string | undefined {
  switch (node.type) {
    case 'empty':
      return '';
    case 'byte':
      return escapeByte(node.byte);
    case 'set':
      return setSource(node.set);
    case 'assert':
      return ANCHOR_SOURCE[node.at];
    case 'sequence':
      return join(node.items, '');
    case 'choice': {
      const source = join(node.options, '|');
      return source === undefined ? undefined : `(?:${source})`;
    }
    case 'group':
      return wrap('(?:', toJavaScript(node.body));
    case 'capture':
      return wrap('(', toJavaScript(node.body));
    case 'look':
      return look(node);
    case 'repeat':
      return repeat(node);
    case 'atomic':
    case 'backreference':
    case 'keep':
      return undefined;
  }
}

const ANCHOR_SOURCE: Readonly<Record<Anchor, string>> = {
  start: '^',
  end: '$',
  endOrFinalNewline: '(?=\\n?$)',
  // After a newline that ends the subject no line starts.
  lineStart: '(?:^|(?<=\\n)(?!$))',
  lineEnd: '(?=\\n|$)',
  wordBoundary: '\\b',
  notWordBoundary: '\\B',
};

function wrap(open: string, source: string | undefined): string | undefined {
  return source === undefined ? undefined : `${open}${source})`;
}

function join(nodes: readonly PcreNode[], separator: string): string | undefined {
  const sources: string[] = [];
  for (const node of nodes) {
    const source = toJavaScript(node);
    if (source === undefined) return undefined;
    sources.push(source);
  }
  return sources.join(separator);
}

function look(node: LookNode): string | undefined {
  if ((node.behind || node.negative) && node.options.some(hasCapture)) return undefined;
  const open = `(?${node.behind ? '<' : ''}${node.negative ? '!' : '='}`;
  return wrap(open, join(node.options, '|'));
}

function repeat(node: RepeatNode): string | undefined {
  const { body, min, max, mode } = node;
  if (mode === 'possessive') return undefined;
  if (max > min && canBeEmpty(body)) return undefined;
  if (max > 1 && hasCapture(body) && !setsAllCaptures(body)) return undefined;
  const source = toJavaScript(body);
  if (source === undefined) return undefined;
  const isAtom =
    body.type === 'byte' ||
    body.type === 'set' ||
    body.type === 'group' ||
    body.type === 'capture' ||
    body.type === 'choice';
  return `${isAtom ? source : `(?:${source})`}${quantifier(min, max)}${mode === 'lazy' ? '?' : ''}`;
}

function quantifier(min: number, max: number): string {
  if (max === Infinity) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  if (min === 0 && max === 1) return '?';
  return min === max ? `{${min}}` : `{${min},${max}}`;
}

function hasCapture(node: PcreNode): boolean {
  return node.type === 'capture' || childrenOf(node).some(hasCapture);
}

/** Whether every way through the node sets each of its groups. */
function setsAllCaptures(node: PcreNode): boolean {
  switch (node.type) {
    case 'choice':
      return !hasCapture(node);
    case 'repeat':
      return !hasCapture(node.body) || (node.min > 0 && setsAllCaptures(node.body));
    default:
      return childrenOf(node).every(setsAllCaptures);
  }
}

function escapeByte(byte: number): string {
  const char = String.fromCharCode(byte);
  if (/[A-Za-z0-9 _/\-,:;<>=!"'#%&@~`]/.test(char)) return char;
  if (/[\^$\\.*+?()[\]{}|]/.test(char)) return `\\${char}`;
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}

function setSource(set: ByteSet): string {
  const size = set.reduce((total, flag) => total + flag, 0);
  // What is not a byte never occurs in a subject, so a negated class may stand for the larger half.
  if (size === 256) return '[^]';
  if (size === 0) return '[]';
  return size > 128 ? `[^${members(set, 0)}]` : `[${members(set, 1)}]`;
}

function members(set: ByteSet, wanted: 0 | 1): string {
  let source = '';
  for (let low = 0; low < 256; low++) {
    if (set[low] !== wanted) continue;
    let high = low;
    while (high < 255 && set[high + 1] === wanted) high++;
    source += high > low + 1 ? `${classByte(low)}-${classByte(high)}` : classByte(low);
    if (high === low + 1) source += classByte(high);
    low = high;
  }
  return source;
}

function classByte(byte: number): string {
  const char = String.fromCharCode(byte);
  return /[A-Za-z0-9]/.test(char) ? char : `\\x${byte.toString(16).padStart(2, '0')}`;
}
